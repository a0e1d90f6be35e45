// SearchBooks.

#include "reply.h"
#include "shelves.h"
#include "text.h"

typedef struct {
  const catalogue_shelf *shelf;
  const catalogue_book *book;
  double score;
} match;

static bool in_translations(const catalogue_book *b, string word) {
  for (const catalogue_translation *t = b->translations; t->language; t++)
    if (text_has_word(text_view(t->title), word))
      return true;
  return false;
}

static bool in_authors(const catalogue_book *b, string word) {
  for (const catalogue_author *a = b->authors; a->name; a++)
    if (text_has_word(text_view(a->name), word))
      return true;
  return false;
}

static bool text_matches(const catalogue_book *b, string text, double *score) {
  string word;
  unsigned words = 0, in_title = 0;
  while (text_next_word(&text, &word)) {
    bool titled = text_has_word(text_view(b->title), word);
    if (!titled && !in_translations(b, word) && !in_authors(b, word))
      return false;
    words++;
    in_title += titled;
  }
  *score = words ? (double)in_title / words : 0;
  return true;
}

static bool genre_matches(const catalogue_book *b,
                          const library_service_search_books_request_t *request) {
  for (size_t i = 0; i < request->genres.len; i++)
    if (request->genres.ptr[i].tag == b->genre)
      return true;
  return !request->genres.len;
}

static bool year_matches(const catalogue_book *b,
                         const library_service_search_books_request_t *request) {
  const library_service_option_s32_t *from = &request->period.val.from;
  const library_service_option_s32_t *until = &request->period.val.until;
  if (!request->period.is_some || (!from->is_some && !until->is_some))
    return true;
  return b->year != UNKNOWN_YEAR && (!from->is_some || b->year >= from->val) &&
         (!until->is_some || b->year <= until->val);
}

static bool check(const library_service_search_books_request_t *request, uint32_t *limit,
                  status *err) {
  for (size_t i = 0; i < request->genres.len; i++) {
    uint8_t tag = request->genres.ptr[i].tag;
    if (tag == GENRE(GENRE_UNSPECIFIED) || tag == GENRE(UNRECOGNIZED))
      return fail(err, CODE(INVALID_ARGUMENT),
                  text_join("`genres` has one that this version does not know", NULL));
  }
  if (request->period.is_some && request->period.val.from.is_some &&
      request->period.val.until.is_some &&
      request->period.val.from.val > request->period.val.until.val)
    return fail(err, CODE(INVALID_ARGUMENT),
                text_join("`period.from` is after `period.until`", NULL));
  return page_limit(request->limit, "limit", limit, err);
}

// Best first, then as the catalogue stands: qsort need not be stable.
static int compare(const void *left, const void *right) {
  const match *a = left, *b = right;
  if (a->score != b->score)
    return a->score < b->score ? 1 : -1;
  if (a->shelf != b->shelf)
    return a->shelf < b->shelf ? -1 : 1;
  return (a->book > b->book) - (a->book < b->book);
}

static size_t find(const library_service_search_books_request_t *request, match *matches,
                   library_service_list_tuple2_string_u32_t *by_shelf) {
  size_t count = 0;
  by_shelf->ptr = allocate(catalogue_shelves * sizeof(shelf_count));
  for (const catalogue_shelf *s = catalogue; s < catalogue + catalogue_shelves; s++) {
    size_t before = count;
    for (const catalogue_book *b = s->books; b < s->books + s->count; b++) {
      match *m = &matches[count];
      *m = (match){s, b, 0};
      if (genre_matches(b, request) && year_matches(b, request) &&
          text_matches(b, request->text, &m->score))
        count++;
    }
    if (count > before)
      by_shelf->ptr[by_shelf->len++] =
          (shelf_count){text_copy(text_view(s->id)), (uint32_t)(count - before)};
  }
  qsort(matches, count, sizeof(match), compare);
  return count;
}

static bool search(context ctx, const library_service_search_books_request_t *request,
                   library_service_search_books_response_t *ret, status *err) {
  uint32_t limit;
  if (!check(request, &limit, err))
    return false;

  size_t books = 0;
  for (size_t i = 0; i < catalogue_shelves; i++)
    books += catalogue[i].count;
  // One more, since `find` writes a candidate before it knows whether it counts.
  match *matches = allocate((books + 1) * sizeof(match));
  *ret = (library_service_search_books_response_t){};
  size_t count = find(request, matches, &ret->matches_by_shelf);

  size_t shown = count < limit ? count : limit;
  ret->hits.ptr = allocate(shown * sizeof(hit));
  for (size_t i = 0; i < shown; i++) {
    hit *h = &ret->hits.ptr[ret->hits.len++];
    *h = (hit){.shelf = text_copy(text_view(matches[i].shelf->id)), .score = matches[i].score};
    h->book.is_some = true;
    h->book.val = catalogue_copy(matches[i].book);
  }
  free(matches);
  add_trailer(ctx, "books-searched", books);
  return true;
}

bool exports_library_service_search_books(library_service_own_context_t ctx,
                                          library_service_search_books_request_t *request,
                                          library_service_search_books_response_t *ret,
                                          status *err) {
  bool found = search(vimana_service_types_borrow_context(ctx), request, ret, err);
  library_service_search_books_request_free(request);
  vimana_service_types_context_drop_own(ctx);
  return found;
}

// CreateBook.

#include "isbn.h"
#include "reply.h"
#include "shelves.h"
#include "text.h"

static bool invalid(status *err, const char *message) {
  return fail(err, CODE(INVALID_ARGUMENT), text_join(message, NULL));
}

static bool check_authors(const book *new, status *err) {
  if (!new->authors.len)
    return invalid(err, "`book.authors` is empty: at least one is expected");
  for (size_t i = 0; i < new->authors.len; i++) {
    const author *a = &new->authors.ptr[i];
    if (!text_trimmed(a->name).len)
      return invalid(err, "`book.authors` has one without a name");
    if (a->born.is_some && new->year.is_some && a->born.val > new->year.val)
      return invalid(err, "`book.authors` has one who was born after `book.year`");
  }
  return true;
}

static bool check_identifier(book *new, status *err) {
  if (!new->identifier.is_some)
    return true;
  switch (new->identifier.val.tag) {
  case IDENTIFIER(ISBN):
    return isbn_normalize(&new->identifier.val.val.isbn) ||
           invalid(err, "`book.isbn` is no ISBN-10 or ISBN-13: its check digit does not match");
  case IDENTIFIER(OCLC):
    return new->identifier.val.val.oclc || invalid(err, "`book.oclc` is 0");
  default:
    return text_trimmed(new->identifier.val.val.shelfmark).len ||
           invalid(err, "`book.shelfmark` is empty");
  }
}

static bool check(book *new, status *err) {
  if (new->id.len)
    return invalid(err, "`book.id` is set: the library makes it of the title");
  if (!text_trimmed(new->title).len)
    return invalid(err, "`book.title` is empty");
  if (new->title.len > 200)
    return invalid(err, "`book.title` is longer than 200 bytes");
  if (new->genre.tag == GENRE(GENRE_UNSPECIFIED))
    return invalid(err, "`book.genre` is missing");
  if (new->genre.tag == GENRE(UNRECOGNIZED))
    return invalid(err, "`book.genre` is none that this version knows");
  return check_authors(new, err) && check_identifier(new, err);
}

static bool identify(const catalogue_shelf *shelf, book *new, status *err) {
  string id = text_slug(new->title);
  if (!id.len) {
    library_service_string_free(&id);
    return invalid(err, "`book.title` has neither letter nor digit");
  }
  // The empty identifier that came with the request owns nothing.
  new->id = id;
  if (!catalogue_find_book(shelf, id))
    return true;
  char *name = text_terminated(id);
  fail(err, CODE(ALREADY_EXISTS),
       text_join("the shelf `", shelf->id, "` has a book `", name, "` already", NULL));
  free(name);
  return false;
}

static bool create(library_service_create_book_request_t *request, book *ret, status *err) {
  const catalogue_shelf *shelf = find_shelf(request->shelf, err);
  if (!shelf)
    return false;
  if (!request->book.is_some)
    return invalid(err, "`book` is missing");
  book *new = &request->book.val;
  if (!check(new, err) || !identify(shelf, new, err))
    return false;

  char *id = text_terminated(new->id);
  log_line(LEVEL(INFO), text_join("a book `", id, "` would stand on `", shelf->id, "`", NULL));
  free(id);
  // The response takes the book from the request.
  *ret = *new;
  request->book.is_some = false;
  return true;
}

bool exports_library_service_create_book(library_service_own_context_t ctx,
                                         library_service_create_book_request_t *request, book *ret,
                                         status *err) {
  bool created = create(request, ret, err);
  library_service_create_book_request_free(request);
  vimana_service_types_context_drop_own(ctx);
  return created;
}

// GetShelf, ListBooks and GetBook.

#include "catalogue.h"
#include "reply.h"
#include "shelves.h"
#include "text.h"

const catalogue_shelf *find_shelf(string id, status *err) {
  const catalogue_shelf *shelf = catalogue_find_shelf(id);
  if (!shelf) {
    char *name = text_terminated(id);
    fail(err, CODE(NOT_FOUND), text_join("there is no shelf `", name, "`", NULL));
    free(name);
  }
  return shelf;
}

bool page_limit(uint32_t asked, const char *field, uint32_t *limit, status *err) {
  *limit = asked ? asked : 10;
  if (*limit <= 50)
    return true;
  return fail(err, CODE(INVALID_ARGUMENT), text_join("`", field, "` is more than 50", NULL));
}

static bool get_shelf(string id, library_service_shelf_t *ret, status *err) {
  const catalogue_shelf *shelf = find_shelf(id, err);
  if (!shelf)
    return false;
  *ret = (library_service_shelf_t){text_copy(id), text_copy(text_view(shelf->theme)), shelf->count};
  return true;
}

bool exports_library_service_get_shelf(library_service_own_context_t ctx,
                                       library_service_get_shelf_request_t *request,
                                       library_service_shelf_t *ret, status *err) {
  bool found = get_shelf(request->shelf, ret, err);
  library_service_get_shelf_request_free(request);
  vimana_service_types_context_drop_own(ctx);
  return found;
}

// A page's token is the identifier of the last book before it.
static bool first_of_page(const catalogue_shelf *shelf, string token, size_t *first, status *err) {
  *first = 0;
  if (!token.len)
    return true;
  const catalogue_book *last = catalogue_find_book(shelf, token);
  if (!last)
    return fail(err, CODE(INVALID_ARGUMENT),
                text_join("`page_token` is none that this shelf gave", NULL));
  *first = last - shelf->books + 1;
  return true;
}

static bool list_books(context ctx, const library_service_list_books_request_t *request,
                       library_service_list_books_response_t *ret, status *err) {
  const catalogue_shelf *shelf = find_shelf(request->shelf, err);
  uint32_t size;
  size_t first;
  if (!shelf || !page_limit(request->page_size, "page_size", &size, err) ||
      !first_of_page(shelf, request->page_token, &first, err))
    return false;

  size_t end = shelf->count - first > size ? first + size : shelf->count;
  *ret = (library_service_list_books_response_t){};
  ret->books.ptr = allocate((end - first) * sizeof(book));
  for (size_t i = first; i < end; i++)
    ret->books.ptr[ret->books.len++] = catalogue_copy(&shelf->books[i]);
  ret->next_page_token = text_copy(text_view(end < shelf->count ? shelf->books[end - 1].id : ""));
  add_header(ctx, "total-books", shelf->count);
  return true;
}

bool exports_library_service_list_books(library_service_own_context_t ctx,
                                        library_service_list_books_request_t *request,
                                        library_service_list_books_response_t *ret, status *err) {
  bool found = list_books(vimana_service_types_borrow_context(ctx), request, ret, err);
  library_service_list_books_request_free(request);
  vimana_service_types_context_drop_own(ctx);
  return found;
}

static bool get_book(const library_service_get_book_request_t *request, book *ret, status *err) {
  const catalogue_shelf *shelf = find_shelf(request->shelf, err);
  if (!shelf)
    return false;
  const catalogue_book *found = catalogue_find_book(shelf, request->book);
  if (!found) {
    char *name = text_terminated(request->book);
    fail(err, CODE(NOT_FOUND),
         text_join("there is no book `", name, "` on the shelf `", shelf->id, "`", NULL));
    free(name);
    return false;
  }
  *ret = catalogue_copy(found);
  return true;
}

bool exports_library_service_get_book(library_service_own_context_t ctx,
                                      library_service_get_book_request_t *request, book *ret,
                                      status *err) {
  bool found = get_book(request, ret, err);
  library_service_get_book_request_free(request);
  vimana_service_types_context_drop_own(ctx);
  return found;
}

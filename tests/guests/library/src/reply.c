#include "reply.h"

#include "text.h"

bool fail(status *err, uint8_t code, string message) {
  *err = (status){.code = code, .message = message};
  return false;
}

void log_line(uint8_t level, string message) {
  vimana_service_logging_log(level, &message);
  library_service_string_free(&message);
}

typedef bool add_metadata(context, string *, bytes *, vimana_service_types_metadata_error_t *);

static void add(context ctx, add_metadata *function, const char *name, uint64_t value) {
  string key = text_view(name);
  string digits = text_number(value);
  bytes number = {digits.ptr, digits.len};
  vimana_service_types_metadata_error_t error;
  // A response without this number is still right, so it does not fail.
  if (!function(ctx, &key, &number, &error))
    log_line(LEVEL(WARN), text_join("metadata `", name, "` was refused", NULL));
  library_service_string_free(&digits);
}

void add_header(context ctx, const char *name, uint64_t value) {
  add(ctx, vimana_service_types_method_context_add_header, name, value);
}

void add_trailer(context ctx, const char *name, uint64_t value) {
  add(ctx, vimana_service_types_method_context_add_trailer, name, value);
}

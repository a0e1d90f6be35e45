#include "text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void *allocate(size_t size) {
  void *memory = malloc(size ? size : 1);
  if (!memory)
    __builtin_trap();
  return memory;
}

string text_view(const char *literal) {
  return (string){(uint8_t *)literal, strlen(literal)};
}

string text_copy(string from) {
  string copy = {allocate(from.len), from.len};
  memcpy(copy.ptr, from.ptr, from.len);
  return copy;
}

string text_join(const char *first, ...) {
  va_list parts;
  size_t length = 0;
  va_start(parts, first);
  for (const char *part = first; part; part = va_arg(parts, const char *))
    length += strlen(part);
  va_end(parts);

  string joined = {allocate(length), 0};
  va_start(parts, first);
  for (const char *part = first; part; part = va_arg(parts, const char *)) {
    memcpy(joined.ptr + joined.len, part, strlen(part));
    joined.len += strlen(part);
  }
  va_end(parts);
  return joined;
}

string text_number(uint64_t number) {
  uint8_t digits[20];
  size_t start = sizeof digits;
  do {
    digits[--start] = '0' + number % 10;
    number /= 10;
  } while (number);
  return text_copy((string){digits + start, sizeof digits - start});
}

char *text_terminated(string from) {
  char *copy = allocate(from.len + 1);
  memcpy(copy, from.ptr, from.len);
  copy[from.len] = 0;
  return copy;
}

bool text_equal(string text, const char *literal) {
  return text.len == strlen(literal) && !memcmp(text.ptr, literal, text.len);
}

string text_trimmed(string text) {
  while (text.len && text.ptr[0] <= ' ') {
    text.ptr++;
    text.len--;
  }
  while (text.len && text.ptr[text.len - 1] <= ' ')
    text.len--;
  return text;
}

static uint8_t lower(uint8_t byte) {
  return byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte;
}

// Every byte outside of ASCII is part of a letter, as far as we look.
static bool in_word(uint8_t byte) {
  return (byte >= '0' && byte <= '9') || (lower(byte) >= 'a' && lower(byte) <= 'z') ||
         byte >= 0x80;
}

string text_slug(string title) {
  string slug = {allocate(title.len), 0};
  for (size_t i = 0; i < title.len; i++) {
    if (in_word(title.ptr[i]))
      slug.ptr[slug.len++] = lower(title.ptr[i]);
    else if (slug.len && slug.ptr[slug.len - 1] != '-')
      slug.ptr[slug.len++] = '-';
  }
  if (slug.len && slug.ptr[slug.len - 1] == '-')
    slug.len--;
  return slug;
}

bool text_next_word(string *rest, string *word) {
  while (rest->len && !in_word(*rest->ptr)) {
    rest->ptr++;
    rest->len--;
  }
  *word = (string){rest->ptr, 0};
  while (rest->len && in_word(*rest->ptr)) {
    word->len++;
    rest->ptr++;
    rest->len--;
  }
  return word->len > 0;
}

static bool begins_with(string text, string start) {
  if (text.len < start.len)
    return false;
  for (size_t i = 0; i < start.len; i++)
    if (lower(text.ptr[i]) != lower(start.ptr[i]))
      return false;
  return true;
}

bool text_has_word(string text, string word) {
  string candidate;
  while (text_next_word(&text, &candidate))
    if (begins_with(candidate, word))
      return true;
  return false;
}

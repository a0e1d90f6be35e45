#include "isbn.h"

static bool digits(string number) {
  for (size_t i = 0; i < number.len; i++)
    if (number.ptr[i] < '0' || number.ptr[i] > '9')
      return false;
  return true;
}

// Weights 10 down to 1; the sum is a multiple of 11, and X is ten.
static bool is_isbn10(string number) {
  uint8_t last = number.ptr[9];
  if (!digits((string){number.ptr, 9}) || (!digits((string){&last, 1}) && last != 'X'))
    return false;
  unsigned sum = last == 'X' ? 10 : last - '0';
  for (unsigned i = 0; i < 9; i++)
    sum += (10 - i) * (number.ptr[i] - '0');
  return sum % 11 == 0;
}

// Weights 1 and 3 in turn; the sum is a multiple of 10. The prefix says that
// the article is a book.
static bool is_isbn13(string number) {
  if (!digits(number) || number.ptr[0] != '9' || number.ptr[1] != '7' || number.ptr[2] < '8')
    return false;
  unsigned sum = 0;
  for (unsigned i = 0; i < 13; i++)
    sum += (i % 2 ? 3 : 1) * (number.ptr[i] - '0');
  return sum % 10 == 0;
}

bool isbn_normalize(string *number) {
  size_t length = 0;
  for (size_t i = 0; i < number->len; i++)
    if (number->ptr[i] != '-' && number->ptr[i] != ' ')
      number->ptr[length++] = number->ptr[i];
  number->len = length;
  return (length == 10 && is_isbn10(*number)) || (length == 13 && is_isbn13(*number));
}

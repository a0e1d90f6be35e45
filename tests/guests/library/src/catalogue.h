// What stands in the library.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wit.h"

// Of an author's birth or of an edition, where nobody knows.
#define UNKNOWN_YEAR INT32_MIN

typedef struct {
  const char *name; // NULL after the last
  int32_t born;
} catalogue_author;

typedef struct {
  const char *language; // NULL after the last
  const char *title;
} catalogue_translation;

typedef struct {
  const char *id;
  const char *title;
  catalogue_author authors[3];
  uint8_t genre;
  int32_t year;
  catalogue_translation translations[4];
  const char *isbn;      // or NULL
  const char *shelfmark; // or NULL
  bool lendable;
} catalogue_book;

typedef struct {
  const char *id;
  const char *theme;
  const catalogue_book *books; // by identifier
  size_t count;
} catalogue_shelf;

extern const catalogue_shelf catalogue[];
extern const size_t catalogue_shelves;

// NULL where there is none.
const catalogue_shelf *catalogue_find_shelf(string id);
const catalogue_book *catalogue_find_book(const catalogue_shelf *shelf, string id);

// A copy for a response.
book catalogue_copy(const catalogue_book *from);

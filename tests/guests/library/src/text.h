// Strings. What is returned belongs to the caller, as wit-bindgen's
// post-return functions expect: they free every string of a response.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wit.h"

// Memory, or a trap.
void *allocate(size_t size);

// A view of a literal; not to be freed.
string text_view(const char *literal);
string text_copy(string from);
// All parts, which end with NULL, one after another.
string text_join(const char *first, ...) __attribute__((sentinel));
// The number in decimal.
string text_number(uint64_t number);
// NUL-terminated, for text_join.
char *text_terminated(string from);

bool text_equal(string text, const char *literal);
// Without white space at both ends; a view.
string text_trimmed(string text);

// The identifier of a title: letters and digits in lower case, all else one
// `-`. Characters outside of ASCII stay as they are.
string text_slug(string title);

// The next word of `*rest`, which is advanced; false where there is none.
bool text_next_word(string *rest, string *word);
// Whether a word of `text` begins with `word`, whatever the case.
bool text_has_word(string text, string word);

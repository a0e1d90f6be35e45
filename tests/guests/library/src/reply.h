// What goes back besides a response.
#pragma once

#include "wit.h"

// Fills `err`, which takes `message`; false, so that one can return it.
bool fail(status *err, uint8_t code, string message);

void log_line(uint8_t level, string message);

// Metadata with a number as its value.
void add_header(context ctx, const char *name, uint64_t value);
void add_trailer(context ctx, const char *name, uint64_t value);

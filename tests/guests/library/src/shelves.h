// What all methods ask of a request.
#pragma once

#include <stdlib.h>

#include "catalogue.h"

// NULL and a status where there is none.
const catalogue_shelf *find_shelf(string id, status *err);

// 10 for 0; false and a status above 50.
bool page_limit(uint32_t asked, const char *field, uint32_t *limit, status *err);

// International Standard Book Numbers.
#pragma once

#include <stdbool.h>

#include "wit.h"

// Removes hyphens and spaces in place. Whether what is left is an ISBN-10 or
// ISBN-13 with the right check digit (ISO 2108).
bool isbn_normalize(string *number);

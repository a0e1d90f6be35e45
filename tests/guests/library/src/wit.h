// Shorter names for what wit-bindgen generates.
#pragma once

#include "library_service.h"

typedef library_service_string_t string;
typedef library_service_list_u8_t bytes;
typedef library_service_status_t status;
typedef library_service_book_t book;
typedef library_library_service_types_genre_t genre;
typedef library_library_service_types_book_author_t author;
typedef library_library_service_types_search_books_response_hit_t hit;
typedef library_service_tuple2_string_string_t translation;
typedef library_service_tuple2_string_u32_t shelf_count;
typedef vimana_service_types_borrow_context_t context;

#define CODE(NAME) VIMANA_SERVICE_TYPES_CODE_##NAME
#define GENRE(NAME) LIBRARY_LIBRARY_SERVICE_TYPES_GENRE_##NAME
#define IDENTIFIER(NAME) LIBRARY_LIBRARY_SERVICE_TYPES_BOOK_IDENTIFIER_##NAME
#define LEVEL(NAME) VIMANA_SERVICE_LOGGING_LEVEL_##NAME

/* Wrong values, of which each program passes some to many functions. */

#ifndef VALUES_H
#define VALUES_H

#include "wrong.h"

#define NOT_UTF8 "chr\xff\xfe"

/* No dtype, nor another enumeration, has these numbers. */
static const int32_t nothing[] = {-1, 12, 99, INT32_MAX, INT32_MIN};
static const size_t huge[] = {SIZE_MAX,          SIZE_MAX / 2,    SIZE_MAX / 16,
                              SIZE_MAX / 16 + 1, (size_t)1 << 63, ((size_t)1 << 63) - 1};

#define EACH_OF(array) size_t at = 0; at < sizeof(array) / sizeof *(array); at++

#endif

/* attr.h - the three compiler attributes this code uses. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define must_check	  __attribute__((warn_unused_result))
#define printf_like(f, a) __attribute__((format(printf, f, a)))
#define no_return	  __attribute__((noreturn))

#endif /* BASE_ATTR_H */

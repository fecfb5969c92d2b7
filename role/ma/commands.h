/* commands.h - what an operator says to an MA: scms ma VERB ... DIR. */
#ifndef MA_COMMANDS_H
#define MA_COMMANDS_H

#include "service/service.h"

extern const struct service_command ma_commands[];
extern const size_t ma_commands_n;

#endif /* MA_COMMANDS_H */

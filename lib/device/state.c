/* state.c - what a device remembers for people and for its next run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/state.h"

#define FILE_LIMIT 4096

static void
take_line(struct state *s, const char *line)
{
	const char *value = strstr(line, " = ");
	size_t n = value == NULL ? 0 : (size_t)(value - line);

	if (value == NULL)
		return;
	value += 3;
#define IS(member) (n == sizeof(#member) - 1 && memcmp(line, #member, n) == 0)
#define NUMBER(member)  \
	if (IS(member)) \
		s->member = (uint32_t)strtoul(value, NULL, 10);
#define TEXT(member)    \
	if (IS(member)) \
		snprintf(s->member, sizeof(s->member), "%s", value);
	STATE_FIELDS(NUMBER, TEXT)
#undef NUMBER
#undef TEXT
#undef IS
}

void
state_read(struct state *s, const struct folder *f)
{
	char text[FILE_LIMIT + 1], *line, *rest = text;
	struct arena arena;
	uint8_t memory[FILE_LIMIT];
	struct bytes file;

	memset(s, 0, sizeof(*s));
	arena = arena_of(memory, sizeof(memory));
	if (folder_read(&file, &arena, f, FOLDER_STATE, NULL) != FAULT_OK)
		return;
	memcpy(text, file.p, file.n);
	text[file.n] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL)
		take_line(s, line);
}

/* Text of others goes into the file as one line. */
static void
put_text(char *out, size_t size, size_t *n, const char *key, const char *text)
{
	size_t start;

	if (text[0] == '\0')
		return;
	start = *n;
	*n += (size_t)snprintf(out + *n, size - *n, "%s = %s", key, text);
	for (size_t i = start; i < *n; i++)
		if ((unsigned char)out[i] < 0x20)
			out[i] = ' ';
	*n += (size_t)snprintf(out + *n, size - *n, "\n");
}

enum fault
state_write(
    const struct folder *f, const struct state *s, struct fault_info *fi)
{
	char out[FILE_LIMIT];
	size_t n = 0;

#define NUMBER(member)         \
	n += (size_t)snprintf( \
	    out + n, sizeof(out) - n, #member " = %u\n", (unsigned)s->member);
#define TEXT(member) put_text(out, sizeof(out), &n, #member, s->member);
	STATE_FIELDS(NUMBER, TEXT)
#undef NUMBER
#undef TEXT
	return folder_write(
	    f, FOLDER_STATE, (struct bytes){(uint8_t *)out, n}, fi);
}

/* passphrase.c - see passphrase.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/secret.h"
#include "tool/scms/passphrase.h"

/* One line, octet by octet so that nothing behind it is taken; the newline is
 * left out.  FAULT_USAGE: longer than there is room. */
static enum fault
read_line(struct passphrase *p, int fd, struct fault_info *fi)
{
	ssize_t got;
	char c;

	p->n = 0;
	while ((got = read(fd, &c, 1)) == 1 && c != '\n') {
		if (p->n == sizeof(p->text) - 1)
			return fault_set(fi, FAULT_USAGE,
			    "passphrase longer than %d octets",
			    PASSPHRASE_SIZE - 1);
		p->text[p->n++] = c;
	}
	p->text[p->n] = '\0';
	return got >= 0 ? FAULT_OK : fault_errno(fi, FAULT_IO, "passphrase");
}

static enum fault
ask(struct passphrase *p, int terminal, const char *question,
    struct fault_info *fi)
{
	struct termios before, silent;
	enum fault f;

	if (tcgetattr(terminal, &before) != 0)
		return fault_errno(fi, FAULT_USAGE, "terminal");
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	if (tcsetattr(terminal, TCSAFLUSH, &silent) != 0)
		return fault_errno(fi, FAULT_USAGE, "terminal");
	f = write(terminal, question, strlen(question)) < 0
		? fault_errno(fi, FAULT_IO, "terminal")
		: read_line(p, terminal, fi);
	(void)!write(terminal, "\n", 1);
	tcsetattr(terminal, TCSAFLUSH, &before);
	return f;
}

static enum fault
ask_twice(struct passphrase *p, struct fault_info *fi)
{
	int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
	struct passphrase again = {.n = 0};
	enum fault f;

	if (terminal < 0)
		return fault_set(fi, FAULT_USAGE,
		    "no terminal to ask for the "
		    "passphrase on; --passphrase-file names a file with it");
	f = ask(p, terminal, "Passphrase of the offline keys: ", fi);
	if (f == FAULT_OK)
		f = ask(&again, terminal, "The same again: ", fi);
	if (f == FAULT_OK &&
	    (p->n != again.n || !ct_equal(p->text, again.text, p->n)))
		f = fault_set(
		    fi, FAULT_USAGE, "the two passphrases are not the same");
	wipe(&again, sizeof(again));
	close(terminal);
	return f;
}

static enum fault
from_file(struct passphrase *p, const char *path, struct fault_info *fi)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum fault f;

	if (fd < 0)
		return fault_errno(fi, FAULT_USAGE, "%s", path);
	f = read_line(p, fd, fi);
	close(fd);
	return f;
}

enum fault
passphrase_get(struct passphrase *p, const char *file, struct fault_info *fi)
{
	enum fault f = file != NULL ? from_file(p, file, fi) : ask_twice(p, fi);

	if (f == FAULT_OK && p->n < PASSPHRASE_SHORTEST)
		f = fault_set(fi, FAULT_USAGE,
		    "passphrase shorter than %d octets", PASSPHRASE_SHORTEST);
	if (f != FAULT_OK)
		wipe(p, sizeof(*p));
	return f;
}

#include "agent/cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void print_help(FILE *to)
{
    uint32_t count;
    const struct command *const *list = command_list(&count);
    fprintf(to, "runnel " RUNNEL_VERSION ": Spark Structured Streaming for the edge\n\n");
    for (uint32_t i = 0; i < count; i++)
        fprintf(to, "  runnel %s\n      %s\n", list[i]->usage, list[i]->summary);
    fprintf(to, "\nLogs go to standard error, results to where the sinks say.\n"
                "Exit: 0 done, 1 failed while running, 2 wrong usage, 78 wrong configuration.\n");
}

// --help or -h before a --; what is behind that is a name.
static bool wants_help(int argc, char **argv)
{
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static int unknown(const char *name)
{
    const struct command *near = command_nearest(name);
    fprintf(stderr, "runnel: no such command: %s%s%s%s\nTry: runnel help\n", name, near ? "; did you mean " : "",
            near ? near->name : "", near ? "?" : "");
    return exit_code(STATUS_USAGE);
}

// A stream that was closed before us would give its number to the next file that is opened: a checkpoint, say. What is
// written to standard output then is an error as before.
static void hold_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

// What commands print goes out at last here; a status stands as it is.
static int end(int code)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    fprintf(stderr, "runnel: standard output: %s\n", errno ? strerror(errno) : "not all was written");
    return code ? code : exit_code(STATUS_FAILED);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); // a reader that left is told by write's error
    hold_standard_streams();
    if (argc < 2) {
        print_help(stderr);
        return exit_code(STATUS_USAGE);
    }
    const char *name = argv[1];
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        print_help(stdout);
        return end(0);
    }
    const struct command *command = command_find(strcmp(name, "--version") == 0 ? "version" : name);
    if (!command)
        return unknown(name);
    if (wants_help(argc, argv)) {
        printf("runnel %s\n    %s\n", command->usage, command->summary);
        return end(0);
    }
    struct error e = {.status = STATUS_OK};
    enum status s = command->run(argc - 1, argv + 1, &e);
    if (s != STATUS_OK && e.text[0])
        fprintf(stderr, "%s\n", e.text);
    if (s == STATUS_USAGE)
        fprintf(stderr, "Usage: runnel %s\n", command->usage);
    return end(exit_code(s));
}

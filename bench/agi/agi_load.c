/* Plays Asterisk to a FastAGI server: one thread, epoll.
 *
 *   agi_load HOST PORT CALLS CONCURRENT [DELAY_MS [CALLS_PER_S]]
 *
 * Sends the environment block, answers each command line with what Asterisk 22 would, and counts a
 * call when the server closes. DELAY_MS holds every reply back; CALLS_PER_S paces new calls
 * (without it the loop is closed: CONCURRENT calls at all times). Prints one line of JSON:
 * good, bad, seconds, commands, and in milliseconds think_p50, think_p99 (reply sent to next command), first_p99
 * (connect to first command). "peak" is the most calls open at once.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LINE 4608
#define DEADLINE_S 120.0

typedef struct {
    int fd, used, commands, hung, started;
    double opened, replied;
    char line[LINE];
} call_t;

typedef struct { call_t *call; int fd; double due; char text[64]; } held_t;

static struct sockaddr_in target;
static int epoll_fd, delay_ms;
static long total, opened_calls, good, bad, commands, open_now, peak;
static double *think, *first;
static long thinks, firsts, think_room, first_room;
static held_t *held;
static long held_head, held_tail, held_room;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void note(double **list, long *count, long *room, double value) {
    if (*count == *room) {
        *room = *room ? *room * 2 : 4096;
        *list = realloc(*list, *room * sizeof(double));
    }
    (*list)[(*count)++] = value;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double part(double *list, long count, double share) {
    if (!count) return 0;
    qsort(list, count, sizeof(double), by_size);
    return list[(long)(share * (count - 1))] * 1000;
}

static void environment(char *out, size_t room, long number, int port) {
    snprintf(out, room,
        "agi_network: yes\nagi_network_script: greetings\n"
        "agi_request: agi://127.0.0.1:%d/greetings\nagi_channel: PJSIP/trunk-%08lx\n"
        "agi_language: en\nagi_type: PJSIP\nagi_uniqueid: 1795313730.%ld\nagi_version: 22.10.1\n"
        "agi_callerid: 13800%06ld\nagi_calleridname: unknown\nagi_callingpres: 0\n"
        "agi_callingani2: 0\nagi_callington: 0\nagi_callingtns: 0\nagi_dnid: 1000\n"
        "agi_rdnis: unknown\nagi_context: cc-call\nagi_extension: s\nagi_priority: 8\n"
        "agi_enhanced: 0.0\nagi_accountcode: \nagi_threadid: 140000000000000\n"
        "agi_arg_1: 1000\nagi_arg_2: 1\nagi_arg_3: \nagi_arg_4: 10\n\n", port, number, number, number % 1000000);
}

static int open_call(void) {
    call_t *call = calloc(1, sizeof(call_t));
    int one = 1;
    call->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (call->fd < 0) { free(call); bad++; opened_calls++; return -1; }
    setsockopt(call->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    call->opened = now();
    if (connect(call->fd, (struct sockaddr *)&target, sizeof target) < 0 && errno != EINPROGRESS) {
        close(call->fd); free(call); bad++; opened_calls++; return -1;
    }
    struct epoll_event event = {.events = EPOLLOUT | EPOLLIN, .data.ptr = call};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, call->fd, &event);
    opened_calls++;
    if (++open_now > peak) peak = open_now;
    return 0;
}

static void end_call(call_t *call, int broken) {
    if (broken || !call->hung) bad++; else good++;
    close(call->fd);
    call->fd = -1;
    open_now--;
    /* A held reply may still point here; such a call was cut, and its few bytes stay. */
    if (!delay_ms) free(call);
}

static void reply(call_t *call, const char *text) {
    if (call->fd < 0) return;
    if (send(call->fd, text, strlen(text), MSG_NOSIGNAL) < 0) return;
    call->replied = now();
}

static void answer(call_t *call, char *line) {
    const char *text = "200 result=0\n";
    if (!strncmp(line, "STREAM FILE", 11)) text = "200 result=0 endpos=8000\n";
    else if (!strncmp(line, "GET DATA", 8)) text = "200 result=1234\n";
    else if (!strncmp(line, "SET ", 4)) text = "200 result=1\n";
    else if (!strncmp(line, "CHANNEL", 7)) text = "200 result=6\n";
    /* The end of a flow of ours: the dialplan hangs up as soon as the server has closed. */
    else if (!strncmp(line, "EXEC \"MSet\"", 11) && strstr(line, "CC_DONE=1")) call->hung = 1;
    else if (!strncmp(line, "HANGUP", 6)) { text = "200 result=1\nHANGUP\n"; call->hung = 1; }
    commands++;
    if (!call->commands++) note(&first, &firsts, &first_room, now() - call->opened);
    else note(&think, &thinks, &think_room, now() - call->replied);
    if (!delay_ms || call->hung) { reply(call, text); return; }
    if (held_tail == held_room) {
        held_room = held_room ? held_room * 2 : 65536;
        held = realloc(held, held_room * sizeof(held_t));
    }
    held[held_tail].call = call;
    held[held_tail].due = now() + delay_ms / 1000.0;
    snprintf(held[held_tail++].text, 64, "%s", text);
}

static void take(call_t *call) {
    for (;;) {
        ssize_t got = recv(call->fd, call->line + call->used, LINE - 1 - call->used, 0);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) { end_call(call, got < 0 && !call->hung); return; }
        call->used += got;
        call->line[call->used] = 0;
        char *start = call->line, *end;
        while ((end = strchr(start, '\n'))) {
            *end = 0;
            answer(call, start);
            start = end + 1;
        }
        call->used -= start - call->line;
        memmove(call->line, start, call->used);
        if (call->used >= LINE - 1) { end_call(call, 1); return; }
        if (got < 512) return;
    }
}

int main(int argc, char **argv) {
    if (argc < 5) { fprintf(stderr, "agi_load HOST PORT CALLS CONCURRENT [DELAY_MS [RATE]]\n"); return 2; }
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    signal(SIGPIPE, SIG_IGN);
    int port = atoi(argv[2]);
    total = atol(argv[3]);
    long concurrent = atol(argv[4]);
    delay_ms = argc > 5 ? atoi(argv[5]) : 0;
    double rate = argc > 6 ? atof(argv[6]) : 0;
    target.sin_family = AF_INET;
    target.sin_port = htons(port);
    inet_pton(AF_INET, argv[1], &target.sin_addr);
    epoll_fd = epoll_create1(0);
    double began = now();
    struct epoll_event events[512];
    char block[2048];
    while (good + bad < total && now() - began < DEADLINE_S) {
        long due = rate > 0 ? (long)((now() - began) * rate) + 1 : total;
        while (opened_calls < total && opened_calls < due && open_now < concurrent)
            open_call();
        int wait_ms = rate > 0 || delay_ms ? 1 : 100;
        int ready = epoll_wait(epoll_fd, events, 512, wait_ms);
        for (int i = 0; i < ready; i++) {
            call_t *call = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) {
                int error = 0;
                socklen_t size = sizeof error;
                getsockopt(call->fd, SOL_SOCKET, SO_ERROR, &error, &size);
                if (error) { end_call(call, 1); continue; }
                environment(block, sizeof block, opened_calls, port);
                if (send(call->fd, block, strlen(block), MSG_NOSIGNAL) < 0) { end_call(call, 1); continue; }
                struct epoll_event event = {.events = EPOLLIN, .data.ptr = call};
                epoll_ctl(epoll_fd, EPOLL_CTL_MOD, call->fd, &event);
            } else take(call);
        }
        double at = now();
        while (held_head < held_tail && held[held_head].due <= at) {
            reply(held[held_head].call, held[held_head].text);
            held_head++;
        }
    }
    double seconds = now() - began;
    bad += total - good - bad;
    printf("{\"good\": %ld, \"bad\": %ld, \"seconds\": %.4f, \"commands\": %ld, \"peak\": %ld, "
           "\"think_p50\": %.4f, \"think_p99\": %.4f, \"first_p99\": %.4f}\n",
           good, bad, seconds, commands, peak, part(think, thinks, 0.5), part(think, thinks, 0.99),
           part(first, firsts, 0.99));
    return 0;
}

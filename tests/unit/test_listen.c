/* The socket the server listens at: TCP, Unix, or from systemd. */
#include "server/listen.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct listener listener;
static struct error error;
static char path[64];
static char address[80];

static bool opens(const char *text)
{
    error = (struct error){0};
    return listen_open(&listener, text, &error);
}

static bool connects(void)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    bool connected;

    (void)snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
    connected = connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
    (void)close(fd);
    return connected;
}

static void a_free_port_is_found(void **state)
{
    (void)state;
    assert_true(opens("127.0.0.1:0"));
    assert_true(listener.port > 0);
    assert_false(listener.is_unix);
    listen_close(&listener);
}

static void a_port_in_use_is_refused(void **state)
{
    struct listener other;

    (void)state;
    assert_true(opens("127.0.0.1:0"));
    (void)snprintf(address, sizeof address, "127.0.0.1:%d", listener.port);
    error = (struct error){0};
    assert_false(listen_open(&other, address, &error));
    assert_int_equal(error.code, ERROR_SYSTEM);
    listen_close(&listener);
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "8080",
                                      "localhost:8080",
                                      "127.0.0.1:",
                                      "127.0.0.1:x",
                                      ":8080",
                                      "[::1]",
                                      "[::1:8080",
                                      "[]:80",
                                      "127.0.0.1:65536",
                                      "1.2.3:80",
                                      "unix8080"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (opens(bad[i]))
            fail_msg("%s was taken", bad[i]);
        assert_int_equal(error.code, ERROR_USAGE);
    }
}

static void a_socket_file_comes_and_goes(void **state)
{
    struct stat stat;

    (void)state;
    assert_true(opens(address));
    assert_true(listener.is_unix);
    assert_true(connects());
    assert_int_equal(lstat(path, &stat), 0);
    assert_int_equal(stat.st_mode & 0777, 0660);
    listen_close(&listener);
    assert_int_equal(lstat(path, &stat), -1);
}

static void a_socket_file_in_use_is_left_alone(void **state)
{
    struct listener other;

    (void)state;
    assert_true(opens(address));
    error = (struct error){0};
    assert_false(listen_open(&other, address, &error));
    assert_int_equal(error.code, ERROR_SYSTEM);
    assert_true(connects());
    listen_close(&listener);
}

static void a_socket_file_left_behind_is_replaced(void **state)
{
    (void)state;
    assert_true(opens(address));
    (void)close(listener.fd); /* As a killed server leaves it. */
    assert_false(connects());
    assert_true(opens(address));
    assert_true(connects());
    listen_close(&listener);
}

static void a_file_that_is_no_socket_is_kept(void **state)
{
    FILE *file = fopen(path, "w");
    struct stat stat;

    (void)state;
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_false(opens(address));
    assert_int_equal(error.code, ERROR_SYSTEM);
    assert_int_equal(lstat(path, &stat), 0);
    assert_int_equal(unlink(path), 0);
}

static void refusing_leaves_the_number_open(void **state)
{
    (void)state;
    assert_true(opens(address));
    listen_refuse(&listener);
    assert_false(connects());
    assert_true(fcntl(listener.fd, F_GETFD) >= 0);
    listen_close(&listener);
}

/* In a child, since it needs number 3 and its own process id. */
static int take_over(void)
{
    struct sockaddr_in any = {.sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char pid[24];

    if (bind(fd, (struct sockaddr *)&any, sizeof any) != 0 ||
        listen(fd, 4) != 0 || dup2(fd, 3) != 3)
        return 1;
    (void)setenv("LISTEN_FDS", "1", 1);
    (void)setenv("LISTEN_PID", "1", 1);
    if (opens("nonsense")) /* Not meant for us. */
        return 2;
    (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
    (void)setenv("LISTEN_PID", pid, 1);
    if (!opens("nonsense") || listener.fd != 3 || listener.port == 0)
        return 3;
    return 0;
}

static void a_socket_of_systemd_goes_first(void **state)
{
    pid_t child = fork();
    int status = -1;

    (void)state;
    assert_true(child >= 0);
    if (child == 0)
        _exit(take_over());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int setup(void **state)
{
    (void)state;
    (void)unsetenv("LISTEN_FDS");
    (void)snprintf(path, sizeof path, "/tmp/test_listen.%ld", (long)getpid());
    return 0;
}

static int set_address(void **state)
{
    (void)state;
    (void)snprintf(address, sizeof address, "unix:%s", path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_free_port_is_found),
        cmocka_unit_test(a_port_in_use_is_refused),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test_setup(a_socket_file_comes_and_goes, set_address),
        cmocka_unit_test_setup(a_socket_file_in_use_is_left_alone, set_address),
        cmocka_unit_test_setup(a_socket_file_left_behind_is_replaced,
                               set_address),
        cmocka_unit_test_setup(a_file_that_is_no_socket_is_kept, set_address),
        cmocka_unit_test_setup(refusing_leaves_the_number_open, set_address),
        cmocka_unit_test(a_socket_of_systemd_goes_first),
    };

    return cmocka_run_group_tests_name("listen", tests, setup, NULL);
}

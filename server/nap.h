/*
 * nap: the sleep of a thread that looks after something now and then, and
 * has to wake at once when the program ends.
 */
#ifndef SERVER_NAP_H
#define SERVER_NAP_H

#include "ledger/base.h"

#include <pthread.h>

/* May be shared by several threads; not moved once opened. */
struct nap {
    pthread_mutex_t mutex;
    pthread_cond_t ended;
    bool over;
};

void nap_open(struct nap *nap);
/* No thread may sleep in it any more. */
void nap_close(struct nap *nap);

/* Sleep for so many milliseconds of the monotonic clock; true: it is over. */
bool nap_for(struct nap *nap, int64_t ms);
bool nap_is_over(struct nap *nap);
/* Everybody wakes, and nobody sleeps again. */
void nap_end(struct nap *nap);

#endif

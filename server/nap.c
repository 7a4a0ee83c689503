#include "server/nap.h"

#include <assert.h>
#include <time.h>

void nap_open(struct nap *nap)
{
    pthread_condattr_t attributes;

    nap->over = false;
    (void)pthread_mutex_init(&nap->mutex, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&nap->ended, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

void nap_close(struct nap *nap)
{
    (void)pthread_cond_destroy(&nap->ended);
    (void)pthread_mutex_destroy(&nap->mutex);
}

bool nap_for(struct nap *nap, int64_t ms)
{
    struct timespec until;
    bool over;
    int late = 0;

    assert(ms >= 0);
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_mutex_lock(&nap->mutex);
    while (!nap->over && late == 0)
        late = pthread_cond_timedwait(&nap->ended, &nap->mutex, &until);
    over = nap->over;
    (void)pthread_mutex_unlock(&nap->mutex);
    return over;
}

bool nap_is_over(struct nap *nap)
{
    bool over;

    (void)pthread_mutex_lock(&nap->mutex);
    over = nap->over;
    (void)pthread_mutex_unlock(&nap->mutex);
    return over;
}

void nap_end(struct nap *nap)
{
    (void)pthread_mutex_lock(&nap->mutex);
    nap->over = true;
    (void)pthread_cond_broadcast(&nap->ended);
    (void)pthread_mutex_unlock(&nap->mutex);
}

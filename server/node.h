/*
 * node: this server's ledgers, what they share, and the threads that watch.
 *
 * Everybody who answers a request finds a ledger here.  A ledger that another
 * server or a tool has made appears by itself within a second.
 */
#ifndef SERVER_NODE_H
#define SERVER_NODE_H

#include "server/host.h"

struct config;
struct cosigner;
struct exchange;
struct keeper;
struct limits;
struct outside;
struct herald;
struct registrar;
struct pages;
struct postman;
struct seal_ring;

enum { NODE_LEDGERS_MAX = 1024 };

struct node {
    const struct config *config;
    struct pool pool; /* Of the role terreau_server. */
    const char *signer_database;
    char host_name[256];
    struct secret_key clerk;
    struct key clerk_key;
    bool has_clerk;
    struct seal_ring *ring; /* NULL: no personal data here: vault.h. */
    struct limits *limits;  /* How often somebody may do something. */
    struct pages *mails;    /* Templates of letters. */
    atomic_bool stopping;
    atomic_bool database_down;
    /* Only ever added to: those below count never change. */
    struct ledger_host *hosts[NODE_LEDGERS_MAX];
    atomic_size_t count;
    struct keeper *keeper;
    struct outside *outside;
    struct registrar *registrar;
    struct herald *herald;
    struct postman *postman;      /* NULL: mail waits. */
    struct cosigner *cosigner;    /* NULL until it runs. */
    atomic_llong clock_offset_ms; /* Added to the clock; tests turn it. */
};

/*
 * Connect, load every ledger (a ledger that cannot be written here is still
 * served, read-only, with its reason) and start the threads.  config outlives
 * the node.  Fails with ERROR_STORE, ERROR_MISMATCH if the schema is not
 * this program's, ERROR_SYSTEM.
 */
MUST_USE bool node_start(struct node **node, const struct config *config,
                         struct error *error);

/* No request comes any more: answer what is queued, write snapshots, end. */
void node_stop(struct node *node);

/* NULL: there is no such ledger. */
struct ledger_host *node_ledger(struct node *node, const char *name);
struct ledger_host *node_ledger_of(struct node *node, int32_t ledger_id);

/* This server's clock. */
struct instant node_now(const struct node *node);

/*
 * Serve a ledger whose row was made just now, or return the one there is.
 * Fails with ERROR_STORE, or ERROR_BUSY if there are too many.
 */
MUST_USE bool node_add(struct node *node, const struct store_ledger *ledger,
                       struct ledger_host **host, struct error *error);

/*
 * What keeps the node from being ready, one call for each; true: nothing.
 * ledger is NULL where the reason concerns the node.
 */
bool node_is_ready(struct node *node,
                   void (*each)(void *context, const char *ledger,
                                const struct trouble *trouble),
                   void *context);

/*
 * A request that asks for a size the ledger has not reached here: true, and
 * it is taken, to be dispatched when it has, or refused after some seconds.
 */
bool node_hold(struct exchange *exchange);

#endif

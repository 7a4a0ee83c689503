/*
 * signer_service: terreau-signer's side of the socket.
 *
 * One thread for each connection, at most SERVICE_CONNECTIONS_MAX; a ledger's
 * signer is opened when it is first asked for, and one request at a time is
 * in it.  It believes nothing it is told but a ledger's number: everything
 * else it reads itself, from the database and its own folder.
 */
#ifndef SERVER_SIGNER_SERVICE_H
#define SERVER_SIGNER_SERVICE_H

#include "server/config.h"

enum { SERVICE_CONNECTIONS_MAX = 4096 };

struct signer_service;

/*
 * Listen at config's signer_socket, or take the socket that systemd hands
 * over.  Fails with ERROR_USAGE, ERROR_SYSTEM, or ERROR_STORE.
 */
MUST_USE bool signer_service_start(struct signer_service **service,
                                   const struct config *config,
                                   struct error *error);

/* Let what is being signed end, hang up, and end. */
void signer_service_stop(struct signer_service *service);

#endif

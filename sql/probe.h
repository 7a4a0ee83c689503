/*
 * probe: the steps of an append, for tests that kill a process between them.
 *
 * A build with -DPROBES (make's debug and tsan modes) looks, at each step,
 * into the file that the environment's TERREAU_PROBE names: if its first line
 * is this step's name, the file is removed and the process kills itself, as
 * by kill -9.  Any other build has none of this.
 */
#ifndef SQL_PROBE_H
#define SQL_PROBE_H

enum step {
#define STEP(name, whose, help) STEP_##name,
#include "sql/probes.def"
};

#ifdef PROBES
void probe_reach(enum step step);
#define PROBE(name) probe_reach(STEP_##name)
#else
#define PROBE(name) ((void)STEP_##name)
#endif

#endif

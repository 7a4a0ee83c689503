/*
 * folding: what rules and effects work with while one entry is folded.
 *
 * Private to ledger/.  A rule may refuse and changes nothing.  An effect
 * changes records only through the functions here, which keep what a
 * reversal needs, the postings and the subjects.
 */
#ifndef LEDGER_FOLDING_H
#define LEDGER_FOLDING_H

#include "ledger/allot.h"
#include "ledger/debt.h"

struct fold {
    const struct view *view;
    const struct entry *entry;
    const struct meta *meta;
    struct outcome *outcome;
    struct date effective;
    /* The record of each type that the entry is about; NULL: none yet. */
    const struct record *slots[RECORD_COUNT];
    bool reversible; /* Keep how to undo it. */
    int undo_count;
    size_t record_count;  /* Records made or first edited by this entry. */
    uint8_t reversed_act; /* Of a reversal: the act class of its target. */
    /* What the signature lines are worth, and how many officers the kind
     * needs, as the entry found it: it cannot appoint or key its signers. */
    struct standing {
        struct key key;
        bool known, in_office;
        uint8_t role;
        int64_t ended; /* Entry that revoked the key; -1: none. */
    } standings[SIGNERS_MAX];
    int64_t needed[act_after];
};

typedef bool rule_fn(struct fold *fold, const void *a, const void *b,
                     struct error *error);

/* The record in a slot, typed; it must be there. */
#define SLOT(fold, name)                                                       \
    ((const struct record_##name *)(const void *)fold_slot((fold),             \
                                                           RECORD_##name))
#define EDIT(fold, name)                                                       \
    ((struct record_##name *)(void *)fold_edit(                                \
        (fold), RECORD_##name, fold_slot((fold), RECORD_##name)->key))
#define FIND_RECORD(fold, name, link_)                                         \
    ((const struct record_##name *)(const void *)view_find(                    \
        (fold)->view, RECORD_##name, (link_).key))
#define EDIT_RECORD(fold, name, link_)                                         \
    ((struct record_##name *)(void *)fold_edit((fold), RECORD_##name,          \
                                               (link_).key))

const struct record *fold_slot(const struct fold *fold, enum record_type type);
/* Editable until the fold of this entry ends; the record exists. */
struct record *fold_edit(struct fold *fold, enum record_type type,
                         const uint8_t key[static 16]);
/* Put it into its slot, and among the entry's subjects. */
void fold_take(struct fold *fold, const struct record *record);

/* Is there one that was not reversed? */
bool fold_has(const struct fold *fold, enum record_type type, struct link key);
/* NULL and ERROR_TAKEN if the key is in use. */
struct record *fold_new(struct fold *fold, enum record_type type,
                        struct link key, struct error *error);
MUST_USE bool fold_move(struct fold *fold, struct record *record,
                        enum transition what, struct error *error);
/* Overwrite size bytes of an attribute of an editable record. */
void fold_set(struct fold *fold, struct record *record, void *attr,
              const void *value, size_t size);
#define SET_ATTR(fold, record, attr, ...)                                      \
    fold_set((fold), &(record)->head, &(record)->attr,                         \
             (__typeof__((record)->attr)[1]){__VA_ARGS__},                     \
             sizeof((record)->attr))
/* Sums may not fall below zero (ERROR_ENOUGH); balances may. */
MUST_USE bool fold_add_sum(struct fold *fold, struct record *record,
                           struct amount *sum, struct amount change,
                           struct error *error);
MUST_USE bool fold_add_balance(struct fold *fold, struct record *record,
                               struct amount *balance, struct amount change,
                               struct error *error);
MUST_USE bool fold_add_count(struct fold *fold, struct record *record,
                             int64_t *count, int64_t change,
                             struct error *error);
/* Later reversals of what was done to it before are refused. */
void fold_touch(struct fold *fold, struct record *record);

/* The same, and a reversal of this entry is refused once others touch it. */
void fold_hold(struct fold *fold, struct record *record);

/* Two postings and their balances; amount 0 posts nothing; not negative. */
MUST_USE bool fold_post(struct fold *fold, struct amount amount,
                        enum account debit, struct owner debit_owner,
                        enum account credit, struct owner credit_owner,
                        struct error *error);
struct amount fold_balance(const struct fold *fold, enum account account,
                           struct owner owner);

/* Unique values. */
enum unique_index {
    UNIQUE_CLASS_CODE,
    UNIQUE_PAYMENT_REFERENCE,
    UNIQUE_BANK_SOURCE
};
MUST_USE bool fold_key(struct fold *fold, const struct record *record,
                       enum unique_index index, const void *value, size_t size,
                       struct error *error);
/* NULL if no record has that value. */
const struct record *fold_by_key(const struct fold *fold,
                                 enum unique_index index, const void *value,
                                 size_t size);

/* The next payment reference, into an attribute of an editable record. */
MUST_USE bool fold_reference(struct fold *fold, struct record *record,
                             struct reference *reference, struct error *error);
/* Append to an ordered list, which touches its owner; member is editable,
 * next its link. */
MUST_USE bool fold_queue(struct fold *fold, struct record *owner,
                         struct chain *chain, struct record *member,
                         struct error *error);
/* The link to the next record of a list that member's type is kept in. */
struct link record_next(const struct record *member);

MUST_USE bool fold_due(struct fold *fold, const struct record *record,
                       struct instant at, enum transition what,
                       struct error *error);
MUST_USE bool fold_undue(struct fold *fold, const struct record *record,
                         enum transition what, struct error *error);

/* ---- Shared by rules and effects ---- */

const struct record_ledger *fold_ledger(const struct fold *fold);
const struct record_statutes *fold_statutes(const struct fold *fold);
enum time_zone fold_zone(const struct fold *fold);
/* End of the day that lies `days` after the day of the promise. */
struct instant reflection_end(const struct fold *fold, int64_t days);
struct link seat_key(struct id party);
struct link key_key(struct id party, uint32_t key_id);
struct link college_key(const struct code *code);
struct link holding_key(struct id party, struct id class);
struct link nature_key(struct id campaign, uint8_t nature);
/* May the cooperative's legal form issue participating titles? */
bool profile_has_titles(const struct fold *fold);
/* After how many years may what is owed be time-barred? */
int profile_lapse_years(const struct fold *fold);
/* How many officers a class of acts needs. */
int64_t officers_needed(const struct fold *fold, uint8_t act);
/* Capital floor in force: max of the statutes' and the part of the highest. */
bool capital_floor(const struct fold *fold, struct amount *floor,
                   struct error *error);
struct amount share_nominal(const struct record_class *class, int64_t count,
                            bool *fits);
/* "25.00 EUR" in the ledger's currency, for messages. */
enum { MONEY_CHARS = 32 };
const char *money_text(const struct fold *fold, struct amount amount,
                       char out[static MONEY_CHARS]);
/* Money for a pledge, subscription or tranche out of an account. */
struct source {
    enum account account;
    struct owner owner;
    struct date booked;
};
MUST_USE bool receive_money(struct fold *fold, const struct source *source,
                            const struct record *target, struct amount amount,
                            struct error *error);
/* Can the bank's return of that amount be taken from target? */
bool may_return(const struct fold *fold, const struct record *target,
                struct amount amount);
/* The bank takes back what it paid for target. */
MUST_USE bool return_money(struct fold *fold, const struct source *source,
                           const struct record *target, struct amount amount,
                           struct error *error);
/* money.c, money_pledge.c: of one kind each; source credits or debits. */
MUST_USE bool receive_pledge(struct fold *fold, const struct source *source,
                             struct record_pledge *pledge, struct amount amount,
                             struct error *error);
/* Can the bank take this much back of what a pledge brought? */
bool pledge_may_return(const struct fold *fold,
                       const struct record_pledge *pledge,
                       struct amount amount);
MUST_USE bool return_pledge(struct fold *fold, const struct source *source,
                            struct record_pledge *pledge, struct amount amount,
                            struct error *error);
MUST_USE bool receive_subscription(struct fold *fold,
                                   const struct source *source,
                                   struct record_subscription *subscription,
                                   struct amount amount, struct error *error);
MUST_USE bool return_subscription(struct fold *fold,
                                  const struct source *source,
                                  struct record_subscription *subscription,
                                  struct amount amount, struct error *error);
MUST_USE bool return_tranche(struct fold *fold, const struct source *source,
                             struct record_tranche *tranche,
                             struct amount amount, struct error *error);
/* Where the principal of an instrument stands. */
enum account principal_account(uint8_t instrument);
/* Where the money of a pledge stands while its campaign is undecided, and how
 * much of it that campaign holds. */
enum account held_account(const struct record_pledge *pledge);
struct amount *held_of(struct record_campaign *campaign,
                       const struct record_pledge *pledge);

/* ---- Campaigns of rules number 2 and later, and match funds ---- */

/* rules_match.c, rules_fund.c: after money has come for a pledge of an
 * undecided campaign. */
MUST_USE bool match_money(struct fold *fold, struct record_campaign *campaign,
                          struct record_pledge *pledge, struct error *error);
/* The pledge's money went back: of an undecided campaign what was matched is
 * free at once; of one that succeeded the clerk will release it. */
MUST_USE bool match_free(struct fold *fold, struct record_campaign *campaign,
                         struct record_pledge *pledge, struct error *error);
/* Only that much of the pledge is kept: no more than its part is matched. */
MUST_USE bool match_trim(struct fold *fold, struct record_campaign *campaign,
                         struct record_pledge *pledge, struct amount kept,
                         struct error *error);
/* The campaign has succeeded: what is still matched is due from the funders;
 * lost: of each fund, what is matched less than reserved. */
MUST_USE bool match_confirm(struct fold *fold, struct record_campaign *campaign,
                            const int64_t *lost, struct error *error);
/* It has not: all that was reserved is free. */
MUST_USE bool match_drop(struct fold *fold, struct record_campaign *campaign,
                         struct error *error);
/* Dr what the funder owes, or has paid in advance; Cr income or grant; or
 * back again. */
MUST_USE bool match_post(struct fold *fold, const struct record_fund *fund,
                         struct amount amount, bool back_again,
                         struct error *error);
/* Where a funder's money, called or in advance, is credited. */
enum account match_account(const struct fold *fold,
                           const struct record_fund *fund);

/* rules_amend.c: so much more is pledged today, or less. */
MUST_USE bool campaign_day(struct fold *fold, struct record_campaign *campaign,
                           struct amount change, struct error *error);

/* rules_settle.c: a job's next items. */
MUST_USE bool settle_items(struct fold *fold, struct record_job *job,
                           int64_t count, struct error *error);
MUST_USE bool move_items(struct fold *fold, struct record_job *job,
                         int64_t count, struct error *error);
/* Capital is counted from the day it is subscribed. */
MUST_USE bool add_capital(struct fold *fold, struct amount nominal,
                          struct error *error);

/* Does money booked on that day still count for the pledge? */
bool pledge_in_time(const struct fold *fold, const struct record_pledge *pledge,
                    struct date booked);
/* More than was wanted: it stays the payer's. */
MUST_USE bool credit_surplus(struct fold *fold, const struct source *source,
                             struct amount surplus, struct id party,
                             struct error *error);

/* ---- Debts (rules_claim.c) ---- */

/* The claim of a debt, made at its first event; NULL with *error set. */
struct record_claim *claim_edit(struct fold *fold, const struct debt *debt,
                                struct error *error);
/* That much more is owed, on this day: kept since rules number 2. */
MUST_USE bool debt_rises(struct fold *fold, struct id target, uint8_t owed,
                         struct amount amount, struct date since,
                         struct error *error);
/* Less or more is owed, where the debt keeps its amount; the account is the
 * caller's to post. */
MUST_USE bool debt_take(struct fold *fold, const struct debt *debt,
                        struct amount amount, struct error *error);
MUST_USE bool debt_give_back(struct fold *fold, const struct debt *debt,
                             struct amount amount, struct error *error);
/* Is no batch paying it, and no act at work on what it belongs to? */
MUST_USE bool debt_is_free(const struct fold *fold, const struct debt *debt,
                           struct error *error);
MUST_USE bool debt_covers(const struct fold *fold, const struct debt *debt,
                          struct amount amount, struct error *error);

/* ---- Batches (rules_payout.c) ---- */

/* Can the bank's line be this batch, or this payment going out or back? */
bool payout_takes(const struct fold *fold, const struct record *target,
                  struct amount amount);
/* It is: payout_takes() said so.  why: the bank's code, or NULL. */
MUST_USE bool payout_take(struct fold *fold, const struct source *source,
                          const struct record *target, bool out,
                          const struct code *why, struct error *error);

/* ---- Jobs (rules_job.c) ---- */

/* The next items of a job, at most STEP_ITEMS_MAX. */
int64_t job_step_size(const struct record_job *job);
/* Is an act being done on the campaign or class, or on what it belongs to? */
bool target_has_job(const struct fold *fold, struct id target);
/* The act that is being done on a campaign or class from now on; none. */
void set_job(struct fold *fold, struct id target, struct id job);
/* What the steps of each type do with the next count items. */
MUST_USE bool step_call(struct fold *fold, struct record_job *job,
                        int64_t count, struct error *error);
MUST_USE bool step_payout(struct fold *fold, struct record_job *job,
                          int64_t count, struct error *error);
MUST_USE bool step_payout_cancel(struct fold *fold, struct record_job *job,
                                 int64_t count, struct error *error);

/* Nominal that a call of part asks of a subscription: at most the uncalled. */
MUST_USE bool call_amount(struct amount *amount,
                          const struct record_subscription *subscription,
                          int64_t part, struct error *error);
/* Totals a campaign ends with. */
uint8_t campaign_outcome(const struct record_campaign *campaign);
/* Do statements of every bank account cover the day before this instant? */
bool statements_cover(const struct view *view, struct instant instant);

/* ---- Affairs of parties (affairs.c) ---- */

/* Keep what the entry says of parties, after its steps, by rules from 2 on. */
void affairs_keep(struct fold *fold);
/* Put an editable record into the list of its party, once. */
void affairs_link(struct fold *fold, struct record *record, struct id party);
/* Its place in that list, and to put it there again; none: in none. */
struct link affairs_place(const struct record *record);
void affairs_stay(struct record *record, struct link place);
/* A voucher of this entry's day concerns them. */
void affairs_voucher(struct fold *fold, struct id party);
/* The rules number that judges the entry. */
int64_t fold_rules(const struct fold *fold);

/* sign.c: judges the signatures by the SIGNED steps of the kind, by what
 * sign_start() found before the first step was run. */
struct step;
void sign_start(struct fold *fold, const struct step *steps, size_t count);
MUST_USE bool sign_judge(struct fold *fold, const struct step *steps,
                         size_t count, struct error *error);
/* undo.c */
void undo_keep(struct fold *fold, int step, const struct record *record,
               const void *attr, const void *before, size_t size);
MUST_USE bool undo_entry(struct fold *fold, int64_t index, struct error *error);

/* clang-format off */
#define RULE(kind, rule, a, b) rule_fn rule_##rule;
#define EFFECT(kind, effect, a, b) rule_fn effect_##effect;
#include "ledger/entries.def"
/* clang-format on */

#endif

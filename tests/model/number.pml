/* The life of one number under two runs that share a ledger, with everything that may go wrong in between: the model
   behind docs/model.md, which maps each transition to the code. Checked by check_model.py; a trail is read with
   `spin -t -p`. A planted bug is a switch PLANT_…: with it the claim that docs/model.md names must fail.

   Time is in ticks and passes only while somebody waits for it; nothing loops without spending a fault, an attempt
   or a word of a person, so every execution ends, and "at last" needs no assumption of fairness. */

#ifndef FAULTS
#define FAULTS 2              /* crashes, freezes, pauses, lost or late messages, refusals that come and go: in all */
#endif
#define REACH 2               /* register_timeout + server_delay_max: a request is carried out within, or never */
#define LAG 1                 /* status_lag_max: what can be observed is no older */
#ifdef PLANT_SHORT_SETTLING
#define SETTLING (REACH + LAG - 1)
#else
#define SETTLING (REACH + LAG) /* settling(), lib/plan/planner.cpp */
#endif
#ifdef PLANT_NO_MARGIN
#define MARGIN 0
#else
#define MARGIN SETTLING       /* not_after, Runner::attempt */
#endif
#define LEASE (2 * (REACH + LAG) + 2) /* Runner::take_lease */
#define RUN_MAX 2             /* ration_per_run, ration_stop and ration_limit, made small */
#define STOP_AT 2
#define LIMIT 3

mtype = { onprem, cloud, nowhere };                            /* homes; 0: none */
mtype = { backup, registration, bare, account, release };      /* steps that send; 0: none */
mtype = { idle, look, judge, announce, spend, send, answer, mark, note, person, down, ended };
mtype = { done, silence, throttled, bad_pin, bad_backup, refused_for_good, not_sent };

/* --- the world, as it is ------------------------------------------------------------------------------------- */
mtype home, shown;            /* who serves it, and who can be observed to */
byte lag;                     /* ticks until what is shown is right */
mtype last_served;
mtype air;                    /* the request under way, or late */
byte air_by, air_left;
bool air_right;               /* it carries the right PIN */
byte faults = FAULTS;

/* --- the ledger, durable and shared -------------------------------------------------------------------------- */
byte lease_by, lease_left;    /* 0: nobody; run i is i + 1 */
byte ledger;                  /* registrations noted */
bool marked;                  /* the wrong PIN is marked as refused */
mtype last_seen;              /* the home that was last seen to serve it */

typedef Run {
  mtype at, goal;
  bool first, frozen;
  mtype seen, step;           /* volatile: the observation, and what follows from it */
  mtype outcome;              /* volatile until it is noted */
  /* the journal, durable */
  mtype planned, open, gave; /* open: the intent without outcome; gave: what the last request may give */
  byte timer;                 /* until the effect of the last request must show */
#ifdef PLANT_LAST_HOME_IN_ONE_RUN
  mtype last_served;
#endif
  bool maybe;                 /* … which may yet be carried out */
  bool brief;                 /* … which was throttled: certainly not carried out, nothing else is to be feared */
  bool doubt;                 /* a reply to a request with a PIN was lost */
  byte backups;               /* 0: none, 1: of an earlier process, 2: of this one */
  byte bad_backups, tries, asked, released;
  bool right, pin_denied, open_denied;
  bool blind;                 /* ghost: an ambiguous outcome, and nothing observed since */
}
Run runs[2];

/* --- ghosts: what the claims speak of ------------------------------------------------------------------------ */
bool doubled, unannounced, unbacked, pin_again, overspent, unobserved, intruded, mistold, hopeless;
bool known;                   /* the wrong PIN was refused, and that could be seen or read */
byte total;                   /* registrations that have left */

#define uses_pin(s) (s == registration || s == bare || s == account)
#define registers(s) (s == registration || s == bare)
#define target(s) (registers(s) -> cloud : (s == account -> onprem : (s == release -> nowhere : 0)))

#define pin_out(i) (runs[i].pin_denied || (marked && !runs[i].right))
#define can_register(i, h) \
  (!pin_out(i) && runs[i].tries < RUN_MAX && ledger < (h == nowhere -> LIMIT : STOP_AT))
#define can_ask(i) (!pin_out(i) && !runs[i].open_denied && runs[i].asked < RUN_MAX)
#ifdef PLANT_DOUBT_IN_ONE_RUN
#define doubtful(i) runs[i].doubt
#else
#define doubtful(i) (runs[0].doubt || runs[1].doubt)
#endif
#ifdef PLANT_LAST_HOME_IN_ONE_RUN
#define last_home(i) runs[i].last_served
#else
#define last_home(i) last_seen
#endif

/* Answers are trusted after a while (Runner::too_early): a yes, unless a request may still take it away; a no, once
   nothing that may give it can come any more; nobody's service, and any end, once all has settled. */
#define arrived(i) (shown == runs[i].goal && runs[i].gave == runs[i].goal)
#define again(i) (runs[i].brief && shown != nowhere && shown != runs[i].goal && \
                  (runs[i].goal == cloud -> runs[i].backups == 2 && can_register(i, shown) : can_ask(i)))
#ifdef PLANT_YES_AT_ONCE
#define settled(i) (runs[i].timer == 0 || !runs[i].maybe || arrived(i))
#else
#define settled(i) (runs[i].timer == 0 || arrived(i) || again(i))
#endif
#define lease_free(i) (lease_left == 0 || lease_by == 0 || lease_by == i + 1)
#define looks(i) (runs[i].at == look && lease_free(i) && settled(i))
#define works(i) (runs[i].at == judge || runs[i].at == announce || runs[i].at == spend || runs[i].at == send || \
                  runs[i].at == mark || runs[i].at == note)
#define urgent(i) (!runs[i].frozen && (works(i) || looks(i)))

inline becomes(h) {           /* home changes; what is shown follows at once or later */
  home = h;
  if :: h != nowhere -> last_served = h :: else fi;
  if :: shown == home -> lag = 0
     :: shown != home -> shown = home; lag = 0
     :: shown != home -> lag = LAG
  fi
}

#ifdef PLANT_MARK_AFTER_JOURNAL
#define hears(what) note
#else
#define hears(what) (what == bad_pin -> mark : note)
#endif
inline answered(what) {       /* to who still waits for it: api/failing.cpp */
  if :: runs[air_by].at == answer -> printf("run %d hears %e\n", air_by, what);
        runs[air_by].outcome = what; runs[air_by].at = hears(what)
     :: else fi
}
inline gone() { air = 0; air_by = 0; air_left = 0; air_right = false }

inline carry_out() {          /* a server does what it was asked, or refuses */
  printf("the server looks at %e of run %d\n", air, air_by);
  if
  :: uses_pin(air) && !air_right ->
     if                       /* a refusal may end the old home's service, or not */
     :: (registers(air) && home == onprem) || (air == account && home == cloud) -> becomes(nowhere); known = true
     :: true
     fi;
     answered(bad_pin)
  :: else ->
     if
     :: air == account -> answered(refused_for_good)          /* closed, expired */
     :: air != backup && home != target(air) -> becomes(target(air)); answered(done)
     :: air == backup || home == target(air) -> answered(done)
     fi
  fi;
  gone()
}

active proctype Vendor() {
  do
  :: atomic { air != 0 -> carry_out() }
  :: atomic { air != 0 && faults > 0 -> faults--;       /* carried out, and the reply is lost */
       answered(silence); carry_out() }
  :: atomic { air != 0 && faults > 0 -> faults--;       /* never arrives, or 5xx: ambiguous, not carried out */
       printf("%e of run %d is lost\n", air, air_by);
       answered(silence); gone() }
  :: atomic { air != 0 && runs[air_by].at == answer && faults > 0 -> faults--;
       printf("%e of run %d is throttled\n", air, air_by);
       answered(throttled); gone() }
  :: atomic { air == registration && air_right && faults > 0 -> faults--;
       printf("the backup of run %d is refused\n", air_by);
       if :: home == onprem -> becomes(nowhere) :: true fi;
       answered(bad_backup); gone() }
  :: atomic { shown != home -> shown = home; lag = 0 }
  od
}

/* Time passes while something is to come of it, and nobody has work to do that takes none. A frozen process has none. */
inline older(i) {
  if :: runs[i].timer > 1 -> runs[i].timer--
     :: runs[i].timer == 1 -> runs[i].timer = 0; runs[i].gave = 0; runs[i].maybe = false; runs[i].brief = false
     :: else fi
}
#define wanted(i) (runs[i].timer > 0 || runs[i].frozen || (runs[i].at == look && !lease_free(i)))
active proctype Clock() {
  do
  :: atomic {
       (air != 0 || shown != home || wanted(0) || wanted(1)) &&
       (air != 0 || shown != home || lease_left > 0 || runs[0].timer > 0 || runs[1].timer > 0) &&
       !urgent(0) && !urgent(1) ->
       printf("tick\n");
       if :: shown != home -> lag--; if :: lag == 0 -> shown = home :: else fi :: else fi;
       if :: air != 0 -> air_left--; if :: air_left == 0 -> carry_out() :: else fi :: else fi;
       older(0); older(1);
#ifndef PLANT_LEASE_FOR_EVER
       if :: lease_left > 0 -> lease_left--; if :: lease_left == 0 -> lease_by = 0 :: else fi :: else fi;
#else
       skip
#endif
     }
  od
}

/* The cheapest road's first step from what was seen: find_road, kinds_open_to, rescue. 0: no safe way leads on. */
inline choose(i) {
  runs[i].step = 0;
  if
  :: runs[i].goal == cloud && runs[i].seen == onprem && can_register(i, onprem) && runs[i].bad_backups < 2 ->
     runs[i].step = (runs[i].backups == 2 -> registration : backup)
#ifdef PLANT_BARE
  :: runs[i].goal == cloud && runs[i].seen == nowhere && can_register(i, nowhere) -> runs[i].step = bare
#else
  :: runs[i].goal == cloud && runs[i].seen == nowhere && can_register(i, nowhere) ->
     runs[i].step = (runs[i].backups > 0 -> registration : (last_home(i) == cloud -> bare : 0))
#endif
  :: runs[i].goal == onprem && runs[i].seen == cloud && can_ask(i) ->
     if :: runs[i].step = account                              /* release: if --deregister-first was asked for */
        :: runs[i].released < RUN_MAX -> runs[i].step = release
     fi
  :: runs[i].goal == onprem && runs[i].seen == nowhere && can_ask(i) -> runs[i].step = account
#ifndef PLANT_NO_RESCUE
  :: runs[i].goal == onprem && runs[i].seen == nowhere && !can_ask(i) && can_register(i, nowhere) &&
     last_home(i) == cloud -> runs[i].step = bare
#endif
  :: else
  fi
}

inline give_back(i) { if :: lease_by == i + 1 -> lease_by = 0; lease_left = 0 :: else fi } /* LedgerStore::release */

inline end(i) {               /* says where the number stands: Runner::end */
  printf("run %d ends: %e\n", i, runs[i].seen);
  if :: home != runs[i].seen || air != 0 -> mistold = true :: else fi;
  hopeless = home == nowhere && !(runs[i].right && runs[i].tries < RUN_MAX && ledger < LIMIT &&
                                  (runs[i].backups > 0 || last_served == cloud));
  give_back(i); forget(i); runs[i].at = ended;                               /* and what no longer matters */
  runs[i].first = false; runs[i].planned = 0; runs[i].timer = 0; runs[i].gave = 0;
  runs[i].maybe = false; runs[i].brief = false; runs[i].backups = 0; runs[i].bad_backups = 0; runs[i].tries = 0;
  runs[i].asked = 0; runs[i].released = 0; runs[i].right = false; runs[i].pin_denied = false;
  runs[i].open_denied = false; runs[i].goal = 0
}

inline forget(i) { runs[i].seen = 0; runs[i].step = 0; runs[i].outcome = 0 }

inline leaves(i) {            /* the request goes out; here the claims look */
  printf("run %d sends %e\n", i, runs[i].step);
  if :: runs[i].open != runs[i].step -> unannounced = true :: else fi;
  if :: air != 0 || (runs[i].step != backup && home == target(runs[i].step)) -> doubled = true :: else fi;
  if :: runs[i].blind -> unobserved = true :: else fi;
  if :: lease_by != i + 1 || lease_left == 0 -> intruded = true :: else fi;
  if :: (runs[i].step == bare && last_served != cloud) || (runs[i].step == registration && runs[i].backups == 0) ->
        unbacked = true
     :: else fi;
  if :: registers(runs[i].step) -> total++;
        if :: runs[i].tries > RUN_MAX || total > LIMIT || (total > STOP_AT && runs[i].seen != nowhere) -> overspent = true
           :: else fi
     :: else fi;
  air = runs[i].step; air_by = i; air_left = REACH; air_right = runs[i].right;
  runs[i].at = answer
}

inline intent(i) {            /* RunStore::append of the intent: fold's on_intent */
  printf("run %d: intent of %e is durable\n", i, runs[i].step);
  runs[i].open = runs[i].step; runs[i].gave = target(runs[i].step); runs[i].timer = SETTLING;
  runs[i].maybe = true; runs[i].brief = false;
  if :: uses_pin(runs[i].step) -> runs[i].doubt = true :: else fi;
  if :: registers(runs[i].step) -> runs[i].tries++
     :: runs[i].step == account -> runs[i].asked++
     :: runs[i].step == release -> runs[i].released++
     :: else fi
}

proctype Walk(byte i) {
  do
  /* plan: the survey, at any time and without a lease */
  :: atomic { runs[i].at == idle -> runs[i].planned = shown; runs[i].first = true; runs[i].at = look }

  /* Runner::advance, take_lease, observe. Looks that would prove nothing are left out. */
#ifdef PLANT_JUDGED_LATE
  :: atomic { !runs[i].frozen && runs[i].at == look && lease_free(i) ->
#else
  :: atomic { !runs[i].frozen && looks(i) ->
#endif
       if :: lease_by == i + 1 && lease_left > LEASE / 2 :: else -> lease_by = i + 1; lease_left = LEASE fi;
       printf("run %d sees %e\n", i, shown);
       runs[i].seen = shown;
       if :: settled(i) -> runs[i].blind = false :: else fi;
       runs[i].at = judge }

  /* Runner::on_seen: on_first_sight, settle, attempt, on_stopping. What is decided upon is what was seen. */
  :: atomic { !runs[i].frozen && runs[i].at == judge ->
       if
#ifndef PLANT_STALE_SIGHT
       :: lease_by != i + 1 -> forget(i); runs[i].at = look   /* others have worked on it since it was seen */
#endif
#ifdef PLANT_JUDGED_LATE
       :: runs[i].timer > 0 && !(runs[i].seen == runs[i].goal && runs[i].gave == runs[i].goal) -> runs[i].at = look
       :: else ->
#elif defined PLANT_STALE_SIGHT
       :: true ->
#else
       :: lease_by == i + 1 ->
#endif
          if
          :: runs[i].first && runs[i].seen != runs[i].planned -> end(i)                 /* stale */
          :: !(runs[i].first && runs[i].seen != runs[i].planned) ->
             runs[i].first = false; runs[i].planned = 0;
             if :: runs[i].seen != nowhere -> last_home(i) = runs[i].seen :: else fi;
             if :: runs[i].seen == runs[i].goal -> runs[i].doubt = false :: else fi;
             choose(i);
             if
             :: runs[i].seen == runs[i].goal || runs[i].step == 0 -> end(i)             /* migrated, failed, stranded */
             :: runs[i].seen != runs[i].goal && runs[i].step != 0 ->
                if
                :: (runs[i].step == account && runs[i].doubt) ||
                   (uses_pin(runs[i].step) && runs[i].seen == nowhere && doubtful(i)) ->  /* no observation tells */
                   printf("run %d waits for a person\n", i);
                   give_back(i); forget(i); runs[i].at = person
                :: else ->
                   if :: uses_pin(runs[i].step) && !runs[i].right && known -> pin_again = true :: else fi;
                   runs[i].at = announce
                fi
             fi
          fi
       fi }

  /* Runner::flush: the journal, then the ration, then the request */
#ifdef PLANT_INTENT_AFTER_REQUEST
  :: atomic { !runs[i].frozen && runs[i].at == announce -> runs[i].at = spend }
#else
  :: atomic { !runs[i].frozen && runs[i].at == announce -> intent(i); runs[i].at = spend }
#endif
  :: atomic { !runs[i].frozen && runs[i].at == spend ->
#ifndef PLANT_RATION_AFTER_ANSWER
       if :: registers(runs[i].step) -> ledger++ :: else fi;
#endif
       runs[i].at = send }

  /* Site::perform: nothing leaves after not_after */
  :: atomic { !runs[i].frozen && runs[i].at == send ->
       if
#ifdef PLANT_NO_LEASE_CHECK
       :: true -> leaves(i)
#else
       :: lease_by == i + 1 && lease_left > MARGIN -> leaves(i)
       :: !(lease_by == i + 1 && lease_left > MARGIN) -> runs[i].outcome = not_sent; runs[i].at = note
#endif
       fi;
#ifdef PLANT_INTENT_AFTER_REQUEST
       intent(i)
#endif
     }

  /* no reply in time, and the request is still under way */
  :: atomic { !runs[i].frozen && runs[i].at == answer && air_by == i && air != 0 && faults > 0 ->
       faults--; printf("run %d gives up waiting\n", i);
       runs[i].outcome = silence; runs[i].at = note }

  /* Runner::react and flush: the mark of a refused PIN is durable before the journal speaks of it */
  :: atomic { !runs[i].frozen && runs[i].at == mark -> marked = true; known = true;
       printf("run %d: the PIN is marked in the ledger\n", i);
#ifdef PLANT_MARK_AFTER_JOURNAL
       forget(i); runs[i].at = look }
#else
       runs[i].at = note }
#endif

  /* Runner::on_outcome, react; fold's on_outcome */
  :: atomic { !runs[i].frozen && runs[i].at == note ->
       printf("run %d: outcome %e is durable\n", i, runs[i].outcome);
#ifdef PLANT_RATION_AFTER_ANSWER
       if :: registers(runs[i].step) -> ledger++ :: else fi;
#endif
       runs[i].open = 0;
       runs[i].timer = SETTLING; runs[i].maybe = true;
       if
       :: runs[i].outcome == silence -> runs[i].blind = true
       :: runs[i].outcome != silence ->
          runs[i].doubt = false;
          if
          :: runs[i].outcome == done ->
             if :: runs[i].step == backup -> runs[i].backups = 2; runs[i].timer = 0; runs[i].maybe = false :: else fi
          :: runs[i].outcome == not_sent -> runs[i].timer = 0; runs[i].maybe = false
          :: runs[i].outcome == throttled -> runs[i].maybe = false; runs[i].brief = true
          :: runs[i].outcome == bad_pin -> runs[i].maybe = false; runs[i].pin_denied = true; known = true
          :: runs[i].outcome == bad_backup ->
             runs[i].maybe = false; runs[i].backups = 0; runs[i].bad_backups++
          :: runs[i].outcome == refused_for_good -> runs[i].maybe = false; runs[i].open_denied = true
          fi
       fi;
       if
#ifdef PLANT_MARK_AFTER_JOURNAL
       :: runs[i].outcome == bad_pin -> runs[i].at = mark
#endif
#ifdef PLANT_BLIND_RETRY
       :: runs[i].outcome == silence -> runs[i].at = judge
#endif
       :: else -> forget(i); runs[i].at = look
       fi }

  /* resolve, retry --pin: a person who has looked */
  :: atomic { runs[i].at == person ->
       printf("a person answers run %d\n", i);
       if :: runs[i].right -> runs[0].doubt = false; runs[1].doubt = false
          :: else -> runs[i].right = true; runs[i].pin_denied = false; runs[i].doubt = false; marked = true
       fi;
       runs[i].at = look }

  /* kill -9, at any instant; what was durable is found again */
  :: atomic { faults > 0 && (works(i) || runs[i].at == look || runs[i].at == answer) -> faults--;
       printf("run %d is killed\n", i);
       runs[i].frozen = false; forget(i); runs[i].at = down }
  /* a pause (a token, a signal): Runner::run gives back the lease */
  :: atomic { !runs[i].frozen && faults > 0 && runs[i].at == look && lease_by == i + 1 -> faults--;
       printf("run %d is paused\n", i);
#ifndef PLANT_EARLY_RELEASE
       if :: runs[i].timer == 0 -> give_back(i) :: else fi;
#else
       give_back(i);
#endif
       runs[i].at = down }
  /* the same command again: fold_journal, the session's entry */
  :: atomic { runs[i].at == down ->
       printf("run %d is taken up again\n", i);
       if :: runs[i].backups == 2 -> runs[i].backups = 1 :: else fi;
       if :: runs[i].open != 0 -> runs[i].blind = true; runs[i].maybe = true;
#ifndef PLANT_NO_SESSION_MARK
             runs[i].timer = SETTLING
#endif
          :: else fi;
       runs[i].at = look }

  /* frozen: SIGSTOP, a suspended machine. Its time stands still, nobody else's. */
  :: atomic { faults > 0 && works(i) && !runs[i].frozen -> faults--; printf("run %d is frozen\n", i);
       runs[i].frozen = true }
  :: atomic { runs[i].frozen -> printf("run %d thaws\n", i); runs[i].frozen = false }
  od
}

init {
  atomic {
    if :: home = onprem; runs[0].goal = cloud :: home = cloud; runs[0].goal = onprem fi;
    shown = home; last_served = home;
    if :: runs[1].goal = cloud :: runs[1].goal = onprem fi;      /* a second run, or the rollback of the first */
    if :: runs[0].right = true; runs[1].right = true :: skip fi; /* the declared PIN is the number's, or not */
    runs[0].at = idle; runs[1].at = idle;
    run Walk(0); run Walk(1)
  }
}

/* --- the claims: contract, section 4; docs/model.md has them in words ---------------------------------------- */
ltl once      { [] !doubled }
ltl announced { [] !unannounced }
ltl observed  { [] !unobserved }
ltl with_backup { [] !unbacked }
ltl pin       { [] !pin_again }
ltl rations   { [] !overspent }
ltl lease     { [] !intruded }
ltl reach     { [] (air != 0 -> (lease_by == air_by + 1 && lease_left > 0)) }
ltl told      { [] !mistold }
ltl safe      { [] (!doubled && !unannounced && !unobserved && !unbacked && !pin_again && !overspent && !intruded &&
                    (air != 0 -> (lease_by == air_by + 1 && lease_left > 0)) && !mistold) }
ltl served    { <>[] (home != nowhere || hopeless || runs[0].at == person || runs[1].at == person) }
ltl ends      { <>[] ((runs[0].at == ended || runs[0].at == person) && (runs[1].at == ended || runs[1].at == person)) }

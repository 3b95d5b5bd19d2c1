package io.sluice.limit;

import io.sluice.limit.Verdict.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests that wait for their turn: one line for each counter, in the order of arrival. Only who is first in every line
 * it stands in asks the store, when its time has come; whoever comes while others wait joins them without asking.
 *
 * <p>A request stands in the lines of the counters that denied it last. All lines are in the one order of arrival, so that
 * the oldest of all is the first in all of its lines, and no two wait for each other.
 *
 * <p>Safe on any thread; what is told to a request is told through its own executor.
 */
public final class Turns {
    /** Slots come free at any time, and not only here: the first in line looks again this often, in µs. */
    static final long LOOK_AGAIN = 50_000;

    private static final int MOST_IN_A_LINE = 1_000;
    private static final int MOST = 10_000;

    /** Runs something once, later. */
    @FunctionalInterface
    public interface Timer {
        /** @return cancels it; does nothing when it has run */
        Runnable after(long micros, Runnable task);
    }

    /** Whoever waits; told through its own executor. */
    public interface Waiter {
        /** To ask the store now, and to say what came of it: {@link #denied} or {@link #end}. */
        void turn();

        /** Its time is over: it waits no more. */
        void refused(Verdict verdict);
    }

    /** What is to be done with a request that has just arrived. */
    public enum Arrival {
        /** Nobody is before it: it asks the store. */
        ASK,
        /** It waits, and will be told. */
        WAIT,
        /** Too many wait, or its time would be over before its turn: {@link #refusal} tells the rest. */
        REFUSE
    }

    private final LongSupplier nanoClock;
    private final Timer timer;
    private final int mostInALine;
    private final int most;
    private final Map<String, Line> lines = new HashMap<>();
    private long arrivals;
    private long longest = Long.MAX_VALUE;
    private volatile int waiting;

    public Turns(LongSupplier nanoClock, Timer timer) {
        this(nanoClock, timer, MOST_IN_A_LINE, MOST);
    }

    Turns(LongSupplier nanoClock, Timer timer, int mostInALine, int most) {
        this.nanoClock = nanoClock;
        this.timer = timer;
        this.mostInALine = mostInALine;
        this.most = most;
    }

    /** The requests waiting for one counter, and what it said last. */
    private static final class Line {
        final String key;
        final TreeSet<Turn> turns = new TreeSet<>(Comparator.comparingLong(turn -> turn.number));
        Decision.Denied said;
        long saidAt;

        Line(String key, Decision.Denied said) {
            this.key = key;
            this.said = said;
        }
    }

    /** One request's place; belongs to {@link Turns}. */
    public static final class Turn {
        private final List<Ask> asks;
        private final Executor home;
        private final Waiter waiter;
        private final long number;
        private final long arrived;
        private final List<Line> in = new ArrayList<>(1);
        private long deadline = Long.MAX_VALUE;
        private long due;
        private boolean asking;
        private boolean ended;
        private @Nullable Runnable alarm;
        private @Nullable Runnable ending;

        private Turn(List<Ask> asks, Executor home, Waiter waiter, long number, long arrived) {
            this.asks = asks;
            this.home = home;
            this.waiter = waiter;
            this.number = number;
            this.arrived = arrived;
        }

        public List<Ask> asks() {
            return asks;
        }
    }

    /** Whether any of these limits lets a request wait. */
    public static boolean concern(List<Limit> limits) {
        return limits.stream().anyMatch(limit -> limit.refusal().delays() && !limit.shadow());
    }

    /** A request that arrives, in the order in which this is called. */
    public synchronized Turn arrive(List<Ask> asks, Executor home, Waiter waiter) {
        return new Turn(asks, home, waiter, arrivals++, nanoClock.getAsLong());
    }

    /** Whether it may ask at once. */
    public Arrival enter(Turn turn) {
        if (waiting == 0) {
            return Arrival.ASK;
        }
        synchronized (this) {
            List<Line> join = new ArrayList<>(1);
            long maxDelay = Long.MAX_VALUE;
            long earliest = turn.arrived;
            for (Ask ask : turn.asks) {
                Line line = lines.get(ask.key());
                if (line != null && mayWait(ask) && !join.contains(line)) {
                    join.add(line);
                    maxDelay = Math.min(maxDelay, ask.limit().refusal().maxDelay());
                    earliest = Math.max(earliest, earliest(line, ask));
                }
            }
            if (join.isEmpty()) {
                return Arrival.ASK;
            }
            turn.deadline = deadline(turn, maxDelay);
            if (full(turn, join) || earliest > turn.deadline) {
                turn.in.addAll(join);
                turn.ended = true;
                return Arrival.REFUSE;
            }
            turn.due = turn.arrived;
            enlist(turn, join);
            return Arrival.WAIT;
        }
    }

    private static boolean mayWait(Ask ask) {
        return ask.cost() > 0 && !ask.limit().shadow() && ask.limit().refusal().delays();
    }

    /** Before this instant nobody who joins the line now can pass: a bucket fills no faster than it does. */
    private static long earliest(Line line, Ask ask) {
        Turn first = line.turns.first();
        if (!(ask.limit().algorithm() instanceof Algorithm.TokenBucket)) {
            return Long.MIN_VALUE;
        }
        double units = ask.cost();
        for (Turn turn : line.turns) {
            units += turn == first ? 0 : cost(turn, line.key);
        }
        double nanos =
                units * ask.limit().window().micros() * 1000.0 / ask.limit().quota();
        return first.due + (long) Math.min(nanos, Long.MAX_VALUE / 4.0);
    }

    private static long cost(Turn turn, String key) {
        for (Ask ask : turn.asks) {
            if (ask.key().equals(key)) {
                return ask.cost();
            }
        }
        return 0;
    }

    private long deadline(Turn turn, long maxDelay) {
        long micros = Math.min(maxDelay, longest);
        return Math.min(turn.deadline, turn.arrived + Math.min(micros, Long.MAX_VALUE / 4000) * 1000);
    }

    /** Counts a request once in all, however many lines it stands in. */
    private boolean full(Turn turn, List<Line> join) {
        boolean full = turn.in.isEmpty() && waiting >= most;
        for (Line line : join) {
            full |= !turn.in.contains(line) && line.turns.size() >= mostInALine;
        }
        return full;
    }

    /**
     * The store denied who asked.
     *
     * @return whether it waits on; false: the verdict stands
     */
    public boolean denied(Turn turn, Verdict verdict) {
        synchronized (this) {
            if (turn.ended) {
                return false;
            }
            turn.asking = false;
            long now = nanoClock.getAsLong();
            long wait = wait(turn, verdict);
            if (wait >= 0 && now + wait * 1000 <= turn.deadline) {
                List<Line> join = linesOf(verdict, wait, now);
                if (!full(turn, join)) {
                    turn.due = now + wait * 1000;
                    enlist(turn, join);
                    return true;
                }
            }
        }
        end(turn);
        return false;
    }

    /** µs until it is worth asking again; -1: it may not wait. */
    private long wait(Turn turn, Verdict verdict) {
        long wait = 0;
        for (int i = 0; i < verdict.asks().size(); i++) {
            Limit limit = verdict.asks().get(i).limit();
            if (!limit.shadow() && verdict.decisions().get(i) instanceof Decision.Denied denied) {
                if (!limit.refusal().delays() || denied.retryAfter() == Decision.NEVER) {
                    return -1;
                }
                turn.deadline = deadline(turn, limit.refusal().maxDelay());
                wait = Math.max(wait, wait(limit, denied));
            }
        }
        return Math.max(wait, 1);
    }

    private static long wait(Limit limit, Decision.Denied denied) {
        return limit.algorithm() instanceof Algorithm.Concurrency
                ? Math.min(LOOK_AGAIN, denied.retryAfter())
                : denied.retryAfter();
    }

    /**
     * The lines of the counters that deny longest, made where there are none. In the others it would hold up who could pass there
     * long before; if they deny when it asks again, it stands in theirs by its old number.
     */
    private List<Line> linesOf(Verdict verdict, long wait, long now) {
        List<Line> found = new ArrayList<>(1);
        for (int i = 0; i < verdict.asks().size(); i++) {
            Ask ask = verdict.asks().get(i);
            if (!ask.limit().shadow()
                    && verdict.decisions().get(i) instanceof Decision.Denied denied
                    && Math.max(1, wait(ask.limit(), denied)) >= wait) {
                Line line = lines.get(ask.key());
                if (line == null) {
                    line = new Line(ask.key(), denied);
                }
                line.said = denied;
                line.saidAt = now;
                if (!found.contains(line)) {
                    found.add(line);
                }
            }
        }
        return found;
    }

    /** From now on it stands in these lines and in no other. */
    private void enlist(Turn turn, List<Line> join) {
        List<Line> before = List.copyOf(turn.in);
        if (before.isEmpty()) {
            waiting++;
        }
        turn.in.clear();
        turn.in.addAll(join);
        for (Line line : join) {
            lines.put(line.key, line);
            line.turns.add(turn);
        }
        if (turn.ending != null) {
            turn.ending.run();
        }
        turn.ending = alarm(turn.deadline, () -> expired(turn));
        for (Line line : before) {
            if (!join.contains(line)) {
                leave(line, turn);
            }
        }
        call(turn);
    }

    private void leave(Line line, Turn turn) {
        line.turns.remove(turn);
        if (line.turns.isEmpty()) {
            lines.remove(line.key, line);
        } else {
            call(line.turns.first());
        }
    }

    /** Lets it ask if it is its turn: now, or when its time comes. */
    private void call(Turn turn) {
        if (turn.ended || turn.asking || !isFirst(turn)) {
            return;
        }
        if (turn.alarm != null) {
            turn.alarm.run();
            turn.alarm = null;
        }
        if (turn.due - nanoClock.getAsLong() > 0) {
            turn.alarm = alarm(turn.due, () -> due(turn));
        } else {
            turn.asking = true;
            turn.home.execute(() -> ask(turn));
        }
    }

    private static boolean isFirst(Turn turn) {
        for (Line line : turn.in) {
            if (line.turns.first() != turn) {
                return false;
            }
        }
        return true;
    }

    private Runnable alarm(long at, Runnable task) {
        return timer.after(Math.max(1, (at - nanoClock.getAsLong() + 999) / 1000), task);
    }

    private synchronized void due(Turn turn) {
        call(turn);
    }

    private void ask(Turn turn) {
        synchronized (this) {
            if (turn.ended) {
                return;
            }
        }
        turn.waiter.turn();
    }

    /** Who is asking at this moment is not refused: the answer comes within the store's deadline. */
    private void expired(Turn turn) {
        Verdict verdict;
        synchronized (this) {
            if (turn.ended || turn.asking) {
                return;
            }
            verdict = refusal(turn);
            end(turn);
        }
        turn.home.execute(() -> turn.waiter.refused(verdict));
    }

    /** What the counters it waits for said last; limits of which nothing is known are left out. */
    public synchronized Verdict refusal(Turn turn) {
        long now = nanoClock.getAsLong();
        List<Ask> told = new ArrayList<>(1);
        List<Decision> decisions = new ArrayList<>(1);
        for (Ask ask : turn.asks) {
            for (Line line : turn.in) {
                if (line.key.equals(ask.key())) {
                    told.add(ask);
                    decisions.add(Denials.aged(line.said, (now - line.saidAt) / 1000));
                }
            }
        }
        return new Verdict(Outcome.DENIED, told, decisions);
    }

    /** It waits no more: it passed, was refused, or its client left. Again does nothing. */
    public synchronized void end(Turn turn) {
        if (turn.ended) {
            return;
        }
        turn.ended = true;
        stop(turn.alarm);
        stop(turn.ending);
        if (!turn.in.isEmpty()) {
            waiting--;
            for (Line line : List.copyOf(turn.in)) {
                leave(line, turn);
            }
            turn.in.clear();
        }
    }

    private static void stop(@Nullable Runnable scheduled) {
        if (scheduled != null) {
            scheduled.run();
        }
    }

    /** Something came back to these counters here: whoever is first asks at once. */
    public void freed(List<Ask> asks) {
        if (waiting == 0) {
            return;
        }
        synchronized (this) {
            for (Ask ask : asks) {
                Line line = lines.get(ask.key());
                if (line != null) {
                    line.turns.first().due = nanoClock.getAsLong();
                    call(line.turns.first());
                }
            }
        }
    }

    /** Limits have other numbers now: whoever is first asks at once, and hears how long it takes by those. */
    public void changed() {
        if (waiting == 0) {
            return;
        }
        synchronized (this) {
            long now = nanoClock.getAsLong();
            for (Line line : lines.values()) {
                line.turns.forEach(turn -> turn.due = Math.min(turn.due, now));
            }
            for (Line line : List.copyOf(lines.values())) {
                if (!line.turns.isEmpty()) {
                    call(line.turns.first());
                }
            }
        }
    }

    /** From now on nobody waits longer than so many µs, those included who wait already. */
    public synchronized void hurry(long micros) {
        longest = micros;
        long last = nanoClock.getAsLong() + micros * 1000;
        for (Line line : lines.values()) {
            for (Turn turn : line.turns) {
                if (turn.deadline > last) {
                    turn.deadline = last;
                    stop(turn.ending);
                    turn.ending = alarm(last, () -> expired(turn));
                }
            }
        }
    }

    /** How many wait. */
    public int waiting() {
        return waiting;
    }
}

package io.sluice.cache.walk;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Walks all schedules of a scenario. The code under test cannot be copied in the middle of its work, so a schedule is
 * run from the start for each choice that was left open on the way (stateless exploration, as VeriSoft does it); where two
 * schedules have led to the same state, only one goes on.
 */
final class Walk {
    /**
     * @param schedules how many were run, to their end or to a known state
     * @param complete whether nothing was left open
     * @param violation what went wrong, null if nothing did
     * @param steps the names of that schedule's steps
     */
    record Result(
            long schedules,
            int states,
            int longest,
            boolean complete,
            @Nullable String violation,
            List<String> steps) {
        @Override
        public String toString() {
            String walked = schedules + " schedules, " + states + " states, " + longest + " steps at most"
                    + (complete ? "" : ", not all");
            return violation == null ? walked : violation + " after " + walked + ":\n  " + String.join("\n  ", steps);
        }
    }

    private final Scenario scenario;
    private final boolean shortestFirst;
    private final Set<Long> known = new HashSet<>();
    private final Deque<byte[]> open = new ArrayDeque<>();
    private long schedules;
    private int longest;
    private byte[] schedule = new byte[64];
    private int length;

    private Walk(Scenario scenario, boolean shortestFirst) {
        this.scenario = scenario;
        this.shortestFirst = shortestFirst;
    }

    /** Depth first. @param most schedules */
    static Result all(Scenario scenario, long most) {
        return new Walk(scenario, false).walk(most);
    }

    /** The shortest schedules first, so that what is found is as short as it can be. */
    static Result shortest(Scenario scenario, long most) {
        return new Walk(scenario, true).walk(most);
    }

    private Result walk(long most) {
        open.add(new byte[0]);
        while (!open.isEmpty() && schedules < most) {
            World world = new World(scenario);
            schedules++;
            if (!follow(world, shortestFirst ? open.remove() : open.removeLast())) {
                return new Result(schedules, known.size(), longest, false, world.violation(), names());
            }
        }
        return new Result(schedules, known.size(), longest, open.isEmpty(), null, List.of());
    }

    /** @return whether all went well */
    private boolean follow(World world, byte[] choices) {
        length = 0;
        for (byte choice : choices) {
            take(world, world.steps(), choice);
        }
        while (world.violation() == null && known.add(world.state())) {
            List<World.Step> steps = world.steps();
            if (steps.isEmpty()) {
                world.drain();
                break;
            }
            for (int choice = steps.size() - 1; choice >= (shortestFirst ? 0 : 1); choice--) {
                byte[] other = Arrays.copyOf(schedule, length + 1);
                other[length] = (byte) choice;
                open.add(other);
            }
            if (shortestFirst) {
                break;
            }
            take(world, steps, 0);
        }
        longest = Math.max(longest, length);
        return world.violation() == null;
    }

    private void take(World world, List<World.Step> steps, int choice) {
        if (length == schedule.length) {
            schedule = Arrays.copyOf(schedule, 2 * length);
        }
        schedule[length++] = (byte) choice;
        world.run(steps.get(choice));
    }

    private List<String> names() {
        World world = new World(scenario);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            World.Step step = world.steps().get(schedule[i]);
            names.add(step.name());
            world.run(step);
        }
        return names;
    }
}

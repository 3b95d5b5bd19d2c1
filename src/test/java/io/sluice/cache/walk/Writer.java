package io.sluice.cache.walk;

import io.sluice.cache.Begun;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One transaction: through an instance, which writes through when it is committed, or by somebody that only Postgres knows. */
final class Writer {
    private enum State {
        NEW,
        BEGINS,
        BEGUN,
        COMMITTED,
        DONE
    }

    private final World world;
    private final int through;
    private final boolean narrow;
    private State state = State.NEW;
    private @Nullable Begun begun;
    private int version;

    /**
     * @param through {@link Scenario#NOBODY}: it is told of by notifications alone
     * @param narrow see {@link Scenario}
     */
    Writer(World world, int through, boolean narrow) {
        this.narrow = narrow;
        this.world = world;
        this.through = through;
    }

    void steps(List<World.Step> steps) {
        if (through == Scenario.NOBODY) {
            if (state == State.NEW) {
                steps.add(new World.Step("commit of another", this::commit));
            }
        } else if (!world.instances[through].isCrashed()) {
            String name = " of a write through " + through;
            switch (state) {
                case NEW ->
                    steps.add(
                            narrow
                                    ? new World.Step("commit" + name, this::commit)
                                    : new World.Step("begin" + name, this::begin));
                case BEGUN -> steps.add(new World.Step("commit" + name, this::commit));
                case COMMITTED -> steps.add(new World.Step("return" + name, this::written));
                default -> {}
            }
        }
    }

    private void begin() {
        state = State.BEGINS;
        world.instances[through].begin(instant -> {
            begun = instant;
            state = State.BEGUN;
        });
    }

    private void commit() {
        version = ++world.committed;
        state = State.COMMITTED;
        world.scenario.notified().forEach(instance -> world.instances[instance].notify(version));
    }

    private void written() {
        state = State.DONE;
        world.instances[through].written(begun, version, narrow);
    }
}

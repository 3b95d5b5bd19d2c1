package io.sluice.redis;

import java.util.function.UnaryOperator;

/**
 * The scripts that decide limits and correct what was taken.
 *
 * @param acquire {@code limit-acquire.lua}
 * @param settle {@code limit-settle.lua}
 */
record LimitScripts(Script acquire, Script settle) {
    static LimitScripts load() {
        return load(text -> text);
    }

    /** @param change of their text, as for a clock that a test drives */
    static LimitScripts load(UnaryOperator<String> change) {
        String common = Script.text("limit-counters.lua");
        return new LimitScripts(
                new Script(change.apply(common + Script.text("limit-acquire.lua"))),
                new Script(change.apply(common + Script.text("limit-settle.lua"))));
    }
}

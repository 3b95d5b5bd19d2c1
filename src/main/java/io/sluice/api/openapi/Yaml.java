package io.sluice.api.openapi;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.representer.StandardRepresenter;

/** JSON as YAML that those read right too who read YAML 1.1, where {@code no} and {@code 1_0} are no texts. */
final class Yaml {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z/$#][A-Za-z0-9 /$#{}.,()+;'-]*");
    private static final Pattern WORD = Pattern.compile("(?i)y|n|yes|no|on|off|true|false|null|\\.?inf|\\.?nan");

    private static final DumpSettings SETTINGS = DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setWidth(120)
            .build();

    private Yaml() {}

    static String of(JsonObject json) {
        return new Dump(SETTINGS, new Representer()).dumpToString(plain(json));
    }

    private static final class Representer extends StandardRepresenter {
        Representer() {
            super(SETTINGS);
            representers.put(String.class, value -> {
                String text = (String) value;
                boolean plain =
                        PLAIN.matcher(text).matches() && !WORD.matcher(text).matches() && !text.contains(" #");
                return representScalar(Tag.STR, text, plain ? ScalarStyle.PLAIN : ScalarStyle.DOUBLE_QUOTED);
            });
        }
    }

    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof JsonObject object) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            object.forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
            return map;
        } else if (value instanceof JsonArray array) {
            List<@Nullable Object> list = new ArrayList<>();
            array.forEach(one -> list.add(plain(one)));
            return list;
        }
        return value;
    }
}

package io.sluice.client;

import org.jspecify.annotations.Nullable;

/** Reads and writes IP addresses as text. */
final class IpText {
    private IpText() {}

    static @Nullable IpAddress parse(String text, int from, int to) {
        return text.indexOf(':', from) < 0 || text.indexOf(':', from) >= to
                ? parseV4(text, from, to)
                : parseV6(text, from, to);
    }

    private static @Nullable IpAddress parseV4(String text, int from, int to) {
        int bits = 0;
        int at = from;
        for (int part = 0; part < 4; part++) {
            int start = at;
            int value = 0;
            while (at < to && at - start < 3 && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                value = value * 10 + text.charAt(at++) - '0';
            }
            if (at == start || value > 255 || (at - start > 1 && text.charAt(start) == '0')) {
                return null;
            }
            bits = bits << 8 | value;
            if (part < 3 && (at >= to || text.charAt(at++) != '.')) {
                return null;
            }
        }
        return at == to ? IpAddress.v4(bits) : null;
    }

    private static @Nullable IpAddress parseV6(String text, int from, int end) {
        int zone = text.indexOf('%', from);
        int to = zone >= 0 && zone < end ? zone : end;
        if (zone == end - 1) {
            return null;
        }
        int[] groups = new int[8];
        int count = 0;
        int gap = -1;
        int at = from;
        if (at + 1 < to && text.charAt(at) == ':' && text.charAt(at + 1) == ':') {
            gap = 0;
            at += 2;
        }
        while (at < to) {
            int stop = at;
            int value = 0;
            while (stop < to && Character.digit(text.charAt(stop), 16) >= 0 && text.charAt(stop) < 128) {
                value = value << 4 | Character.digit(text.charAt(stop++), 16);
                if (stop - at > 4) {
                    return null;
                }
            }
            if (stop < to && text.charAt(stop) == '.') {
                IpAddress tail = count <= 6 ? parseV4(text, at, to) : null;
                if (tail == null) {
                    return null;
                }
                groups[count++] = (int) (tail.low() >>> 16 & 0xffff);
                groups[count++] = (int) (tail.low() & 0xffff);
                at = to;
                break;
            }
            if (stop == at || count == 8) {
                return null;
            }
            groups[count++] = value;
            at = stop;
            if (at == to) {
                break;
            }
            if (text.charAt(at++) != ':' || at == to) {
                return null;
            }
            if (text.charAt(at) == ':') {
                if (gap >= 0) {
                    return null;
                }
                gap = count;
                at++;
            }
        }
        if (gap < 0 ? count != 8 : count == 8) {
            return null;
        }
        return gather(groups, count, gap < 0 ? count : gap);
    }

    private static IpAddress gather(int[] groups, int count, int gap) {
        long high = 0;
        long low = 0;
        int missing = 8 - count;
        for (int i = 0; i < 8; i++) {
            int value = i < gap ? groups[i] : i < gap + missing ? 0 : groups[i - missing];
            if (i < 4) {
                high = high << 16 | value;
            } else {
                low = low << 16 | value;
            }
        }
        return new IpAddress(high, low);
    }

    static String write(IpAddress address) {
        StringBuilder out = new StringBuilder(39);
        if (address.isV4()) {
            for (int shift = 24; shift >= 0; shift -= 8) {
                out.append(address.low() >>> shift & 0xff);
                if (shift > 0) {
                    out.append('.');
                }
            }
            return out.toString();
        }
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int length = 0;
            while (i + length < 8 && group(address, i + length) == 0) {
                length++;
            }
            if (length > bestLength) {
                bestStart = i;
                bestLength = length;
            }
            i += length;
        }
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                out.append("::");
                i += bestLength - 1;
                continue;
            }
            if (i > 0 && out.charAt(out.length() - 1) != ':') {
                out.append(':');
            }
            out.append(Integer.toHexString(group(address, i)));
        }
        return out.toString();
    }

    private static int group(IpAddress address, int index) {
        long half = index < 4 ? address.high() : address.low();
        return (int) (half >>> (48 - 16 * (index & 3)) & 0xffff);
    }
}

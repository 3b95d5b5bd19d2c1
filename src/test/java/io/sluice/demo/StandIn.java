package io.sluice.demo;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** A program that looks to the demo like the packaged gateway: ready when asked, and mortal on request. */
public final class StandIn {
    private static final String CLASS = "io/sluice/demo/StandIn.class";

    private StandIn() {}

    /** Listens on the management port; {@code /end} ends it with code 7. */
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv("QUARKUS_MANAGEMENT_PORT"));
        Files.createTempFile("left-by-the-gateway", ".tmp");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/q/health/ready", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.createContext("/end", exchange -> Runtime.getRuntime().halt(7));
        server.start();
    }

    /** A runnable jar of it. */
    static Path jar(Path folder) throws IOException {
        Path jar = folder.resolve("stand-in.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, StandIn.class.getName());
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest);
                InputStream code = StandIn.class.getClassLoader().getResourceAsStream(CLASS)) {
            out.putNextEntry(new ZipEntry(CLASS));
            Objects.requireNonNull(code, CLASS).transferTo(out);
            out.closeEntry();
        }
        return jar;
    }
}

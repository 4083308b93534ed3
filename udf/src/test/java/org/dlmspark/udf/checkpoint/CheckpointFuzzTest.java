package org.dlmspark.udf.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.dlmspark.udf.fuzz.Fuzzing;
import org.dlmspark.udf.fuzz.Mutations;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Folders that an attacker made: each opens to a model that holds together or is refused by a
 * {@link CheckpointException}, at once, in bounded memory, with nothing read from outside.
 */
class CheckpointFuzzTest {
  private static final long MAX_BYTES = 16L << 20;
  private static final String SHARD = "model-00001-of-00001.safetensors";

  private static final List<String> HEADER_SPLICES =
      List.of(
          "\"F32\"",
          "\"F8_E4M3\"",
          "\"I64\"",
          "\"F4\"",
          "[0,32]",
          "[8,8]",
          "[2,2,2,2,2,2,2,2]",
          "[0]",
          "[1099511627776,1099511627776]",
          "{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}");

  private static final List<String> CONFIG_SPLICES =
      List.of(
          "\"llada\"",
          "\"Dream\"",
          "\"llada_moe\"",
          "\"silu\"",
          "1048576",
          "16777216",
          "1000",
          "1e308",
          "[1,2,3]",
          "{\"__class__\":\"java.lang.Runtime\",\"@type\":\"java.net.URL\"}");

  @TempDir Path outside;
  private Path folder;
  private TinyFolder llada;
  private TinyFolder dream;

  @BeforeEach
  void writeCanaries() throws IOException {
    folder = Files.createDirectory(outside.resolve("model"));
    llada = new TinyFolder(folder);
    dream = TinyFolder.dream(folder);
    // Whoever reads one of these says so by the message about it.
    Files.writeString(outside.resolve("config.json"), Fuzzing.CANARY);
    byte[] header = ("{\"" + Fuzzing.CANARY + "\":7}").getBytes(StandardCharsets.UTF_8);
    Fuzzing.write(
        outside.resolve("model.safetensors"), TinyFolder.safetensors(header, llada.dataBytes()));
  }

  private static Fuzzing fuzzing(String name) {
    return new Fuzzing(name, CheckpointException.class, MAX_BYTES);
  }

  private String open() {
    Checkpoint checkpoint = Checkpoint.open(folder);
    DamagedFolderTest.holdsTogether(checkpoint);
    return checkpoint.toString();
  }

  @Test
  void safetensorsHeaders() {
    fuzzing("safetensors")
        .run(
            28,
            random -> {
              TinyFolder tiny = random.nextBoolean() ? llada : dream;
              tiny.writeConfig();
              Fuzzing.write(tiny.weights(), weights(random, tiny));
              return open();
            });
  }

  private static byte[] weights(Random random, TinyFolder tiny) {
    Mutations mutations = new Mutations(random, HEADER_SPLICES);
    ObjectNode header = tiny.header();
    byte[] sound = tiny.safetensors(header);
    return switch (random.nextInt(4)) {
      case 0 -> mutations.bytes(sound, sound.length - tiny.dataBytes());
      case 1 -> {
        long lie = random.nextBoolean() ? random.nextLong() : random.nextInt(200_000_000);
        ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN).putLong(0, lie);
        yield sound;
      }
      default -> TinyFolder.safetensors(mutations.json(header.toString()), tiny.dataBytes());
    };
  }

  @Test
  void configurations() {
    fuzzing("config")
        .run(
            14,
            random -> {
              Mutations mutations = new Mutations(random, CONFIG_SPLICES);
              TinyFolder tiny = random.nextBoolean() ? llada : dream;
              Path config = folder.resolve("config.json");
              Files.deleteIfExists(config);
              tiny.write();
              if (random.nextInt(20) == 0) {
                link(config, random);
              } else {
                Fuzzing.write(config, mutations.json(Files.readString(config)));
              }
              Fuzzing.write(
                  folder.resolve("generation_config.json"),
                  mutations.json("{\"eos_token_id\":[8,7],\"temperature\":0.5,\"top_k\":null}"));
              return open();
            });
  }

  private void link(Path file, Random random) throws IOException {
    Path target = outside.resolve(file.getFileName());
    Files.deleteIfExists(file);
    Files.createSymbolicLink(
        file, random.nextBoolean() ? target : Path.of("..").resolve(file.getFileName()));
  }

  @Test
  void indexes() {
    List<String> names =
        List.of(
            quoted("../model.safetensors"),
            quoted(outside.resolve("model.safetensors").toString()),
            quoted("file://" + outside.resolve("model.safetensors")),
            quoted("./" + SHARD + "/../../model.safetensors"),
            quoted("..\\\\model.safetensors"),
            quoted("link.safetensors"),
            quoted("folder.safetensors"),
            quoted("\\u0000.safetensors"),
            quoted("x".repeat(5_000) + ".safetensors"),
            quoted(SHARD));
    fuzzing("index")
        .run(
            8,
            random -> {
              llada.writeConfig();
              Fuzzing.write(folder.resolve(SHARD), llada.safetensors(llada.header()));
              Path link = folder.resolve("link.safetensors");
              if (Files.notExists(link)) {
                Files.createSymbolicLink(link, outside.resolve("model.safetensors"));
                Files.createDirectory(folder.resolve("folder.safetensors"));
              }
              Mutations mutations = new Mutations(random, names);
              Fuzzing.write(
                  folder.resolve("model.safetensors.index.json"),
                  mutations.json(index(mutations, random, names)));
              return open();
            });
  }

  /** Most of the time sound, so that the mutations decide. */
  private String index(Mutations mutations, Random random, List<String> names) {
    StringBuilder index = new StringBuilder("{\"metadata\":{\"total_size\":1},\"weight_map\":{");
    String comma = "";
    for (String tensor : (Iterable<String>) llada.header()::fieldNames) {
      if (!tensor.equals("__metadata__")) {
        String shard = random.nextInt(40) == 0 ? mutations.pick(names) : quoted(SHARD);
        index.append(comma).append(quoted(tensor)).append(':').append(shard);
        comma = ",";
      }
    }
    return index.append("}}").toString();
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }
}

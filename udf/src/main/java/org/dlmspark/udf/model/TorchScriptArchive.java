package org.dlmspark.udf.model;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs TorchScript source into the archive that PyTorch's loader reads: a zip of stored entries
 * that holds the source and the pickle of one instance without state. So the program stays readable
 * source in the jar, and no Python is needed to build it.
 */
final class TorchScriptArchive {

  private TorchScriptArchive() {}

  /**
   * Loads a class.
   *
   * @param manager a manager of the device
   * @param className the class
   * @param resources as for {@link #pack}
   * @return an instance, to be closed by the caller
   */
  static PtSymbolBlock load(PtNDManager manager, String className, List<String> resources) {
    byte[] archive = pack(className, resources);
    try {
      return JniUtils.loadModule(manager, new ByteArrayInputStream(archive), false, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Packs a class.
   *
   * @param className the class
   * @param resources the names of the files that hold it, beside this class: the first its head,
   *     the others more of its methods
   * @return the archive's bytes
   */
  static byte[] pack(String className, List<String> resources) {
    try {
      ByteArrayOutputStream source = new ByteArrayOutputStream();
      for (String resource : resources) {
        source.writeBytes(content(resource));
        source.write('\n');
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
        zip.setMethod(ZipOutputStream.STORED);
        put(zip, "m/version", ascii("3\n"));
        put(zip, "m/data.pkl", instance(className));
        // Pickle protocol 2, an empty tuple: no constants.
        put(zip, "m/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
        put(zip, "m/code/__torch__.py", source.toByteArray());
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] content(String resource) throws IOException {
    try (InputStream in = TorchScriptArchive.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("resource " + resource + " is missing from the jar");
      }
      return in.readAllBytes();
    }
  }

  /** Pickle protocol 2 of {@code __torch__.NAME()} with an empty state. */
  private static byte[] instance(String className) {
    ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    pickle.writeBytes(new byte[] {(byte) 0x80, 2});
    pickle.writeBytes(ascii("c__torch__\n" + className + "\n"));
    pickle.writeBytes(new byte[] {')', (byte) 0x81, '}', 'b', '.'});
    return pickle.toByteArray();
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    CRC32 crc = new CRC32();
    crc.update(content);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

package org.dlmspark.udf.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongFunction;

/**
 * A folder's tokenizer in the native library: texts to token ids and back. Owner of its native
 * memory: {@link #close} gives it back.
 *
 * <p>Safe for use by several threads at once: encoding and decoding only read the native tokenizer
 * (its cache of words has a lock of its own), the calls that change it are all made in {@link
 * #open}, and {@link #close} waits for calls that are under way.
 */
final class NativeTokenizer implements AutoCloseable {
  private static final int MAX_TOKENIZER_BYTES = 64 << 20;

  /** The regular expressions of tokenizers take a step or two for each space of a long run. */
  private static final int MAX_CHARACTERS = 4 << 20;

  private static final char REPLACEMENT = '\uFFFD';

  private final Path file;
  private final HuggingFaceTokenizer tokenizer;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  private NativeTokenizer(Path file, HuggingFaceTokenizer tokenizer) {
    this.file = file;
    this.tokenizer = tokenizer;
  }

  /**
   * What a tokenizer is made of.
   *
   * @param file where it lies, for messages
   * @param json the content of a {@code tokenizer.json}
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
  record Source(Path file, byte[] json) {}

  /**
   * Finds the tokenizer of a folder: {@code tokenizer.json}; where there is none, that of Qwen2's
   * {@code vocab.json}, {@code merges.txt} and {@code tokenizer_config.json}.
   *
   * @param folder a Hugging Face model folder
   * @param config its tokenizer configuration
   * @return its source
   * @throws TextException if the folder has no tokenizer
   */
  static Source source(Path folder, TokenizerConfig config) {
    Path file = folder.resolve("tokenizer.json");
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        ? new Source(file, FolderFiles.read(file, MAX_TOKENIZER_BYTES))
        : new Source(folder.resolve("vocab.json"), Qwen2Files.tokenizerJson(folder, config));
  }

  /**
   * Opens a tokenizer.
   *
   * @param source what it is made of
   * @return the tokenizer, to be closed by the caller
   * @throws TextException if it is none that can be used
   */
  static NativeTokenizer open(Source source) {
    TokenizerFile.check(source.file(), source.json());
    return new NativeTokenizer(source.file(), load(source.file(), source.json()));
  }

  private static HuggingFaceTokenizer load(Path file, byte[] json) {
    loadNativeLibrary();
    // Without these DJL cuts prompts to 512 tokens.
    Map<String, String> options = Map.of("truncation", "false", "padding", "false");
    try {
      return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options);
    } catch (IOException | RuntimeException e) {
      throw new TextException(
          file
              + ": not a tokenizer that can be read ("
              + e.getMessage()
              + "); fetch the model folder again",
          e);
    }
  }

  private static void loadNativeLibrary() {
    // Otherwise DJL reports its use to a server, and on a machine with a GPU downloads a library.
    if (System.getProperty("ai.djl.offline") == null && System.getenv("DJL_OFFLINE") == null) {
      System.setProperty("ai.djl.offline", "true");
    }
    try {
      LibUtils.checkStatus();
    } catch (RuntimeException | LinkageError e) {
      throw new TextException(
          "the native library of the tokenizer cannot be loaded ("
              + (e.getCause() == null ? e : e.getCause())
              + "); the folder .djl.ai in the home folder, or the one that DJL_CACHE_DIR names, must"
              + " be writable, and the machine Linux on x86_64 or another that DJL supports",
          e);
    }
  }

  /**
   * The token ids of a text.
   *
   * @param text any text; a surrogate without its other half counts as U+FFFD
   * @param addSpecialTokens whether to add those that the folder's post-processor adds
   * @return the ids, as many as there are
   * @throws TextException if the tokenizer has no token for a part of the text, or the text has
   *     more than 4,194,304 characters, at which the native library could end the process
   */
  int[] encode(String text, boolean addSpecialTokens) {
    // DJL's own encode makes a Java object of every token's text and place: slow, mostly unused.
    return encoded(text, addSpecialTokens, NativeTokenizer::ids);
  }

  /**
   * A token and where it comes from.
   *
   * @param id the token
   * @param from where its text begins
   * @param to where its text ends
   */
  record Piece(int id, int from, int to) {}

  /**
   * The tokens of a text, as {@link #encode} gives them without added ones, and their places in it.
   *
   * @param text any text
   * @return its pieces in order; a character that takes several tokens is the place of each
   */
  List<Piece> pieces(String text) {
    return encoded(
        text,
        false,
        encoding -> {
          int[] ids = ids(encoding);
          CharSpan[] spans = TokenizersLibrary.LIB.getTokenCharSpans(encoding);
          CodePoints places = new CodePoints(text);
          List<Piece> pieces = new ArrayList<>();
          for (int i = 0; i < ids.length; i++) {
            pieces.add(
                new Piece(
                    ids[i], places.index(spans[i].getStart()), places.index(spans[i].getEnd())));
          }
          return pieces;
        });
  }

  /** The native library counts characters of any size as one. */
  private static final class CodePoints {
    private final String text;
    private int point;
    private int index;

    CodePoints(String text) {
      this.text = text;
    }

    int index(int wanted) {
      index = text.offsetByCodePoints(index, wanted - point);
      point = wanted;
      return index;
    }
  }

  private <T> T encoded(String text, boolean addSpecialTokens, LongFunction<T> read) {
    if (text.length() > MAX_CHARACTERS) {
      throw new TextException(
          file
              + ": the prompt has "
              + text.length()
              + " characters, and at most "
              + MAX_CHARACTERS
              + " are tokenised; shorten the prompt");
    }
    String wellFormed = replaceLoneSurrogates(text);
    lock.readLock().lock();
    try {
      requireOpen();
      TokenizersLibrary library = TokenizersLibrary.LIB;
      long encoding = library.encode(tokenizer.getHandle(), wellFormed, addSpecialTokens);
      try {
        return read.apply(encoding);
      } finally {
        library.deleteEncoding(encoding);
      }
    } catch (TextException | IllegalStateException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new TextException(
          file
              + ": the tokenizer cannot encode the prompt ("
              + e.getMessage()
              + "); remove what it does not know from the prompt",
          e);
    } finally {
      Reference.reachabilityFence(tokenizer);
      lock.readLock().unlock();
    }
  }

  private static int[] ids(long encoding) {
    long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
    int[] result = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      result[i] = Math.toIntExact(ids[i]);
    }
    return result;
  }

  /**
   * The text of a range of token ids, special tokens left out. Pieces that make no whole character
   * give U+FFFD, ids that the tokenizer does not know give nothing.
   *
   * @param ids token ids, any
   * @param from the first position
   * @param to the position after the last
   * @return the text
   */
  String decode(int[] ids, int from, int to) {
    Objects.checkFromToIndex(from, to, ids.length);
    long[] wide = new long[to - from];
    for (int i = from; i < to; i++) {
      wide[i - from] = ids[i];
    }
    lock.readLock().lock();
    try {
      requireOpen();
      return tokenizer.decode(wide, true);
    } finally {
      Reference.reachabilityFence(tokenizer);
      lock.readLock().unlock();
    }
  }

  /** UTF-8 has no form for half a surrogate pair, and the native library takes UTF-8. */
  private static String replaceLoneSurrogates(String text) {
    StringBuilder replaced = null;
    for (int i = 0; i < text.length(); i++) {
      if (!Character.isSurrogate(text.charAt(i))) {
        continue;
      }
      if (Character.charCount(text.codePointAt(i)) == 2) {
        i++;
      } else {
        replaced = replaced == null ? new StringBuilder(text) : replaced;
        replaced.setCharAt(i, REPLACEMENT);
      }
    }
    return replaced == null ? text : replaced.toString();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the tokenizer of " + file + " is closed");
    }
  }

  /** Frees the native tokenizer, after calls that are under way. Closing again does nothing. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      closed = true;
      tokenizer.close();
    } finally {
      lock.writeLock().unlock();
    }
  }
}

package org.dlmspark.job;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** The local file system as {@code full:}, on a disk that is full after some bytes. */
public final class FullDisk extends RawLocalFileSystem {
  /** Bytes that may still be written in this process. */
  static final AtomicLong ROOM = new AtomicLong(Long.MAX_VALUE);

  private static final URI NAME = URI.create("full:///");

  @Override
  public URI getUri() {
    return NAME;
  }

  @Override
  public String getScheme() {
    return NAME.getScheme();
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    return bounded(
        super.create(file, permission, overwrite, bufferSize, replication, blockSize, progress));
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    return bounded(super.create(file, overwrite, bufferSize, replication, blockSize, progress));
  }

  private static FSDataOutputStream bounded(FSDataOutputStream out) throws IOException {
    OutputStream bounded =
        new FilterOutputStream(out) {
          @Override
          public void write(int b) throws IOException {
            take(1);
            out.write(b);
          }

          @Override
          public void write(byte[] bytes, int from, int count) throws IOException {
            take(count);
            out.write(bytes, from, count);
          }
        };
    return new FSDataOutputStream(bounded, null);
  }

  private static void take(int bytes) throws IOException {
    if (ROOM.addAndGet(-bytes) < 0) {
      throw new IOException("No space left on device");
    }
  }

  /** The same for Hadoop's newer interface. */
  public static final class Newer extends DelegateToFileSystem {

    /** As Hadoop makes it. */
    public Newer(URI name, Configuration hadoop) throws IOException, URISyntaxException {
      super(NAME, new FullDisk(), hadoop, NAME.getScheme(), false);
    }
  }
}

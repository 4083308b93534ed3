package org.dlmspark.job;

import java.io.IOException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.parquet.hadoop.ParquetOutputCommitter;

/**
 * Ends the process in the middle of a job's commit, as a power cut would: at the moment that the
 * environment variable {@code HALT_AT} names, of {@code before-rename}, {@code between-renames} and
 * {@code after-rename}.
 */
public final class HaltingCommitter extends ParquetOutputCommitter {
  /** The exit code of a process that was ended here. */
  public static final int HALTED = 77;

  private final Path output;

  /** As Spark makes it. */
  public HaltingCommitter(Path output, TaskAttemptContext context) throws IOException {
    super(output, context);
    this.output = output;
  }

  @Override
  public void commitJob(JobContext context) throws IOException {
    haltAt("before-rename");
    if ("between-renames".equals(System.getenv("HALT_AT"))) {
      renameOne(context);
      Runtime.getRuntime().halt(HALTED);
    }
    super.commitJob(context);
    haltAt("after-rename");
  }

  private static void haltAt(String moment) {
    if (moment.equals(System.getenv("HALT_AT"))) {
      Runtime.getRuntime().halt(HALTED);
    }
  }

  /** What the committer would do first. */
  private void renameOne(JobContext context) throws IOException {
    FileSystem files = output.getFileSystem(context.getConfiguration());
    for (FileStatus task : files.globStatus(new Path(output, "_temporary/0/task_*"))) {
      for (FileStatus file : files.listStatus(task.getPath())) {
        if (!files.rename(file.getPath(), new Path(output, file.getPath().getName()))) {
          throw new IOException("cannot rename " + file.getPath());
        }
        return;
      }
    }
    throw new IOException("there is nothing to rename");
  }
}

package org.dlmspark.job.output;

import java.io.IOException;

/** What every change of an output goes through. */
interface Gate {

  /** Something that changes what is committed. */
  interface Change {
    /** Makes the change. */
    void make() throws IOException;
  }

  /** Makes a change, or throws if this process may change nothing, or nothing any more. */
  void pass(Change change) throws IOException;
}

#!/usr/bin/env bash
# Runs a job with spark-submit; see usage below and the README.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
jar=$root/job/target/dlm-spark.jar
minimal_home=$root/job/target/spark

usage() {
  cat <<'USAGE'
usage: ./submit.sh
           the sample: the shipped model on the shipped prompts, on this machine
       ./submit.sh JOB-ARGUMENTS
           a job, on this machine unless conf/spark-defaults.conf names a master
       ./submit.sh compare [JOB-ARGUMENTS]
           which setting to use: a job that tries several on the same prompts,
           of the sample without arguments; see ./submit.sh compare --help
       ./submit.sh bench [BENCH-ARGUMENTS]
           how fast the decoder alone is on this machine, without Spark; see
           ./submit.sh bench --help
       ./submit.sh inspect --model FOLDER
           what a model folder is and what memory it needs
       ./submit.sh report --output FOLDER
           the report of an output anew, of the sample's without arguments
       ./submit.sh completion
           a script for ~/.bashrc: source <(./submit.sh completion)
       ./submit.sh SPARK-ARGUMENTS -- [JOB-ARGUMENTS]
           a job (or the sample) with arguments for spark-submit

Builds the project first where that is needed. With SPARK_HOME set, that Spark's
spark-submit runs the job; without, the Spark that the build fetched does:
enough for the masters local, local-cluster and spark://.

The job's own arguments:

USAGE
}

say() { printf 'submit.sh: %s\n' "$1" >&2; }

fail() {
  say "$1"
  exit 2
}

# --- the command line: what stands before a `--` is Spark's ----------------------------------------------------------
spark_args=()
job_args=("$@")
for ((i = 1; i <= $#; i++)); do
  if [[ ${!i} == -- ]]; then
    spark_args=("${@:1:i-1}")
    job_args=("${@:i+1}")
    break
  fi
done

# The last value of a spark-submit option (--master yarn, --master=yarn) or of the property it stands for; else what the
# files of properties say.
spark_option() {
  local option=$1 property=$2 value="" i word next file
  for ((i = 0; i < ${#spark_args[@]}; i++)); do
    word=${spark_args[i]}
    next=${spark_args[i + 1]-}
    case $word in
      "$option") value=$next ;;
      "$option="*) value=${word#*=} ;;
      --conf | -c) [[ $next == "$property="* ]] && value=${next#*=} ;;
      --conf="$property="*) value=${word#--conf=*=} ;;
    esac
  done
  for file in ${property_files[@]+"${property_files[@]}"}; do
    [[ -z $value && -r $file ]] || continue
    value=$(sed -n "s/^[[:space:]]*${property//./\\.}[[:space:]=:]\{1,\}\(.*[^[:space:]]\).*/\1/p" "$file" | tail -n 1)
  done
  echo "$value"
}

# Takes a spark-submit option out of spark_args; its values, joined by commas, are left in $taken.
take_option() {
  local option=$1 kept=() i word
  taken=""
  for ((i = 0; i < ${#spark_args[@]}; i++)); do
    word=${spark_args[i]}
    case $word in
      "$option") i=$((i + 1)) && taken+="${taken:+,}${spark_args[i]-}" ;;
      "$option="*) taken+="${taken:+,}${word#*=}" ;;
      *) kept+=("$word") ;;
    esac
  done
  spark_args=(${kept[@]+"${kept[@]}"})
}

property_files=()
properties=$(spark_option --properties-file none)
asked_master=$(spark_option --master spark.master)
property_files=("${properties:-$root/conf/spark-defaults.conf}")
installed_properties=""
if [[ -n ${SPARK_HOME-} ]]; then
  [[ -x $SPARK_HOME/bin/spark-submit ]] ||
    fail "SPARK_HOME=$SPARK_HOME has no bin/spark-submit: correct it, or unset it"
  spark_core=$(find -L "$SPARK_HOME/jars" -maxdepth 1 -name 'spark-core_*.jar' 2>/dev/null | head -n 1 || true)
  [[ -z $spark_core || $spark_core == */spark-core_2.13-4.* ]] ||
    fail "SPARK_HOME=$SPARK_HOME holds ${spark_core##*/}: Spark 4.1 on Scala 2.13 is needed; correct it, or unset it"
  installed_properties=${SPARK_CONF_DIR:-$SPARK_HOME/conf}/spark-defaults.conf
  property_files+=("$installed_properties")
fi

# --- the locale -------------------------------------------------------------------------------------------------------
# Java takes arguments, names of files and the environment by the locale's encoding, and makes question marks of what it
# does not hold; cron and many containers have no locale, that is ASCII.
if [[ $(locale charmap 2>/dev/null) != UTF-8 ]]; then
  locales=$(locale -a 2>/dev/null || true)
  LC_ALL=$(grep -ixE 'C\.utf-?8' <<<"$locales" | head -n 1 || true)
  LC_ALL=${LC_ALL:-$(grep -iE '\.utf-?8' <<<"$locales" | head -n 1 || true)}
  # The job itself refuses what did not survive, if this machine has none.
  export LC_ALL=${LC_ALL:-C.UTF-8}
fi

# --- Java -------------------------------------------------------------------------------------------------------------
# From java.release up to, and without, java.too.new: pom.xml says why.
pom_number() { sed -n "s:.*<$1>\([0-9]*\)</$1>.*:\1:p" "$root/pom.xml"; }
oldest_java=$(pom_number java.release)
newest_java=$(($(pom_number java.too.new) - 1))
wanted_java="a JDK from $oldest_java to $newest_java is needed: put one on the PATH, or set JAVA_HOME to it"
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
command -v "$java" >/dev/null || fail "$java${JAVA_HOME:+ (JAVA_HOME=$JAVA_HOME)} is not there: $wanted_java"
java_property() { sed -n "s/^ *java\.$1 = //p" <<<"$java_settings"; }
java_settings=$("$java" -XshowSettings:properties -version 2>&1 || true)
java_version=$(java_property specification.version)
[[ $java_version =~ ^[0-9]+$ ]] && ((java_version >= oldest_java && java_version <= newest_java)) ||
  fail "$java is Java ${java_version:-of an unknown version}: $wanted_java"
java_home=$(java_property home)

# Java raises its own limit up to the hard one; of a few hundred files its own jars take most.
most_files=$(ulimit -Hn)
[[ $most_files == unlimited || $most_files -ge 1024 ]] ||
  fail "only $most_files files may be open at once here: Spark needs 1024 or more; raise ulimit -n"

# --- the build --------------------------------------------------------------------------------------------------------
reason=""
if [[ ! -f $jar || ! -f $minimal_home/RELEASE ]]; then
  reason="nothing is built yet"
elif changed=$(cd "$root" && find pom.xml ./*/pom.xml ./*/src/main -newer "$jar" -type f -print -quit) &&
  [[ -n $changed ]]; then
  reason="$changed is newer than the last build"
fi
if [[ -n $reason ]]; then
  [[ -x $java_home/bin/javac ]] ||
    fail "$java_home has no bin/javac, which is needed since $reason: install the JDK, of which this is the JRE"
  command -v mvn >/dev/null ||
    fail "Maven is needed, since $reason: install Maven 3.8 or newer and put mvn on the PATH"
  profiles=()
  [[ ! -d $root/job/target/cuda ]] || profiles=(-Pcuda)
  say "building (mvn -DskipTests package${profiles[*]:+ ${profiles[*]}}): $reason; a first build takes minutes"
  # A build that stops half-way must not leave a jar that looks finished.
  trap 'rm -f "$jar"; exit 130' INT TERM
  (cd "$root" && mvn -q -B -ntp -Dstyle.color=never -DskipTests ${profiles[@]+"${profiles[@]}"} package) >&2 || {
    rm -f "$jar"
    fail "the build failed: see Maven's messages above"
  }
  trap - INT TERM
fi

# PyTorch's threads wait for each other by spinning: for long by default, which costs more than the work itself where
# something else wants the cores. A short spin before they sleep loses little on an idle machine.
export GOMP_SPINCOUNT=${GOMP_SPINCOUNT-1000}

# A build with profile cuda keeps PyTorch's CUDA libraries, 2.5 GB, beside the jar.
cuda_jars=("$root"/job/target/cuda/*.jar)
[[ -f ${cuda_jars[0]} ]] || cuda_jars=()

# --- a quick start ----------------------------------------------------------------------------------------------------
# A start loads 15,000 classes. Java can keep them, read and checked, in an archive beside the jar, which it takes only
# for the very class path and the very Java that it was made with; else it does without, in silence.
archive=$root/job/target/start/$(tr -c '[:alnum:].\n' _ <<<"java-$(java_property vm.version)").jsa
with_archive=("-XX:SharedArchiveFile=$archive" "-Xlog:cds*=off")

# Makes the archive by a run on a few short prompts, unless it is there and nothing is newer than it. Where that fails an
# empty one stays, so that it is not tried at each start.
make_archive() {
  [[ ! -f $archive || -n $(find "$jar" "$minimal_home/jars" -newer "$archive" -print -quit) ]] || return 0
  local folder=${archive%/*} scratch
  mkdir -p "$folder" 2>/dev/null && scratch=$(mktemp -d "$folder/run-XXXXXX" 2>/dev/null) || return 0
  say "preparing a quick start for Java $(java_property version): once after a build, takes less than a minute"
  (
    cd "$root"
    export SPARK_HOME=$minimal_home SPARK_SCALA_VERSION=2.13 SPARK_LOCAL_DIRS=$scratch
    spark_command --master 'local[2]' --properties-file conf/spark-defaults.conf \
      --conf spark.ui.port=0 --driver-class-path "$jar" --class org.dlmspark.job.Main \
      "$jar" --config conf/sample.conf --output "$scratch/out" --set cache.policy=none \
      --set generation.gen-length=4 --set generation.block-length=4 --set generation.steps=1
    exec timeout 600 "${command[0]}" -XX:ArchiveClassesAtExit="$scratch/classes.jsa" "-Xlog:cds*=off" "${command[@]:1}"
  ) </dev/null >"$folder/last.log" 2>&1 &
  trap 'kill "$!" 2>/dev/null; wait "$!"; rm -rf "$scratch"; exit 130' INT TERM
  wait "$!" && [[ -s $scratch/classes.jsa ]] || {
    say "it could not be prepared, see $folder/last.log: runs take some seconds longer to start"
    : >"$scratch/classes.jsa"
  }
  mv -f "$scratch/classes.jsa" "$archive"
  rm -rf "$scratch"
  trap - INT TERM
}

# Turns arguments of spark-submit into a command, left in $command, by Spark's launcher as in its bin/spark-class: heap,
# module options, class path. A NUL and a newline end what else it prints, then each word is ended by a NUL.
spark_command() {
  local word
  command=()
  while IFS= read -r -d '' word; do
    word=${word#$'\n'}
    # Opened for linear algebra that this job does not do; Java warns about it at each start.
    [[ -z $word && ${#command[@]} -eq 0 || $word == --add-modules=jdk.incubator.vector ]] || command+=("$word")
  done < <("$java" -Xmx128m -XX:TieredStopAtLevel=1 -cp "$minimal_home/jars/*" org.apache.spark.launcher.Main \
    org.apache.spark.deploy.SparkSubmit "$@")
  [[ ${#command[@]} -gt 0 ]]
}

# --- what needs no Spark ----------------------------------------------------------------------------------------------
without_spark() {
  # The archive's class path, as Spark's launcher makes it.
  local path=("$jar" "$minimal_home/conf" "$minimal_home"/jars/slf4j-api-*.jar "$minimal_home/jars/*"
    ${cuda_jars[@]+"${cuda_jars[@]}"})
  exec "$java" "${with_archive[@]}" -XX:TieredStopAtLevel=1 \
    -Dlog4j2.configurationFile="file://$root/conf/log4j2.properties" \
    -cp "$(IFS=:; echo "${path[*]}")" org.dlmspark.job.Main "$@"
}

case ${job_args[0]-} in
  bench | inspect | completion) without_spark "${job_args[@]}" ;;
esac

# --- the job ----------------------------------------------------------------------------------------------------------
for argument in ${job_args[@]+"${job_args[@]}"}; do
  case $argument in
    -h | --help | -V | --version) # need no Spark
      command=()
      if [[ ${job_args[0]} == compare || ${job_args[0]} == report ]]; then
        command=("${job_args[0]}")
      elif [[ $argument == -h || $argument == --help ]]; then
        usage
      fi
      without_spark ${command[@]+"${command[@]}"} "$argument"
      ;;
  esac
done

if [[ ${#job_args[@]} -eq 0 || ${job_args[*]} == compare || ${job_args[*]} == report ]]; then
  cd "$root"
  case ${job_args[0]-} in
    compare) job_args=(compare --config conf/sample.conf --output out/compare) ;;
    report) job_args=(report --output out/sample) ;;
    *) job_args=(--config conf/sample.conf) ;;
  esac
  # The sample's files are on this machine, whatever master an installation has as its default.
  [[ -n $asked_master ]] || spark_args+=(--master 'local[*]' --deploy-mode client)
fi
master=$(spark_option --master spark.master)
deploy_mode=$(spark_option --deploy-mode spark.submit.deployMode)

# In cluster mode the driver runs elsewhere: the files of settings go with the job and lie in its working directory.
if [[ $deploy_mode == cluster ]]; then
  for ((i = 0; i < ${#job_args[@]}; i++)); do
    case ${job_args[i]} in
      --config | --grid)
        option=${job_args[i]}
        file=${job_args[i + 1]-}
        [[ -n $file ]] || break
        job_args[i + 1]=$(basename "$file")
        ;;
      --config=* | --grid=*)
        option=${job_args[i]%%=*}
        file=${job_args[i]#*=}
        job_args[i]=$option=$(basename "$file")
        ;;
      *) continue ;;
    esac
    [[ -r $file ]] || fail "$option $file: there is no such file to ship to the driver"
    take_option --files
    spark_args+=(--files "${taken:+$taken,}$file")
  done
fi

# What goes before Spark's jars, where the driver is the process started here. The archive asks for the jar; but there
# it would not see what it may find in the caller's own jars, which Spark loads later.
driver_jars=()
their_jars=$(spark_option --jars spark.jars)$(spark_option --packages spark.jars.packages)
quick=
[[ -n ${SPARK_HOME-} || $deploy_mode == cluster || -n $their_jars ]] || quick=yes
[[ -z $quick ]] || driver_jars+=("$jar")

# PyTorch's CUDA libraries are shipped unless the nodes have them (PYTORCH_LIBRARY_PATH) or the caller ships them.
if [[ -n ${cuda_jars[0]-} && -z ${PYTORCH_LIBRARY_PATH-} && ${spark_args[*]-} != *pytorch-native-* &&
  -z $(spark_option "" spark.executorEnv.PYTORCH_LIBRARY_PATH) ]]; then
  if [[ -z $master || $master == local || $master == local\[* ]]; then
    driver_jars+=("${cuda_jars[0]}")
  else
    say "shipping ${cuda_jars[0]##*/} with the job; unpack it on the nodes once to save that (docs/cluster.md)"
    take_option --jars
    spark_args+=(--jars "${taken:+$taken,}${cuda_jars[0]}")
  fi
fi

# --- spark-submit -----------------------------------------------------------------------------------------------------
# For the process started here alone: the driver in local and client mode, the submitting client in cluster mode.
export SPARK_SUBMIT_OPTS="-Dlog4j2.configurationFile=\"file://$root/conf/log4j2.properties\" ${SPARK_SUBMIT_OPTS-}"
submit_args=(--class org.dlmspark.job.Main)
# A bar is for a person to see; in a file it is noise, and so it is on a terminal that cannot go back in a line. The job
# shows its own where Spark would show one.
if [[ -t 2 && ${TERM:-dumb} != dumb ]]; then
  submit_args+=(--conf spark.ui.showConsoleProgress=true)
  size=$(stty size </dev/tty 2>/dev/null) && export COLUMNS=${size#* }
fi
[[ -n $properties ]] || submit_args+=(--properties-file "${property_files[0]}")

if [[ ${#driver_jars[@]} -gt 0 ]]; then
  theirs=$(spark_option --driver-class-path spark.driver.extraClassPath)
  take_option --driver-class-path
  spark_args+=(--driver-class-path "$(IFS=:; echo "${driver_jars[*]}")${theirs:+:$theirs}")
fi

if [[ -n ${SPARK_HOME-} ]]; then
  # Without this, --properties-file hides the installation's own settings.
  [[ ! -f $installed_properties ]] || submit_args+=(--load-spark-defaults)
  exec "$SPARK_HOME/bin/spark-submit" \
    "${submit_args[@]}" ${spark_args[@]+"${spark_args[@]}"} "$jar" "${job_args[@]}"
fi

case $master in
  yarn | k8s://*) fail "--master $master needs a Spark installation: set SPARK_HOME to one (Spark 4.1, Scala 2.13)" ;;
esac
[[ -z $quick ]] || make_archive
export SPARK_HOME=$minimal_home SPARK_SCALA_VERSION=2.13
if [[ -n $quick && $master == local-cluster* ]]; then # its executors are processes of this machine
  theirs=$(spark_option "" spark.executor.extraClassPath)
  spark_args+=(--conf "spark.executor.extraClassPath=$jar${theirs:+:$theirs}")
  theirs=$(spark_option "" spark.executor.extraJavaOptions)
  spark_args+=(--conf "spark.executor.extraJavaOptions=\"${with_archive[0]}\" ${with_archive[1]}${theirs:+ $theirs}")
fi
spark_command "${submit_args[@]}" ${spark_args[@]+"${spark_args[@]}"} "$jar" "${job_args[@]}" ||
  fail "Spark's launcher did not take these arguments: see its message above"
[[ -z $quick ]] || command=("${command[0]}" "${with_archive[@]}" "${command[@]:1}")
exec "${command[@]}"

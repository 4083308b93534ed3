"""Completions for the prompts of each day: an Airflow DAG around submit.sh.

Each run has an output folder of its own day. A run that failed, or whose machine went away, is tried again by Airflow
with the same command, and does what is missing. So is one with more than 1% of errors (job.fail-on-errors, exit code 3):
each try does the rows with an error anew (output.mode = retry-failed), and if they fail the last time too, so does the
task.
"""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.providers.standard.operators.bash import BashOperator

with DAG(
    dag_id="completions",
    schedule="0 22 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    # One writer an output: a second run would be refused.
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5)},
) as dag:
    BashOperator(
        task_id="generate",
        bash_command=(
            "/opt/dlm-spark/submit.sh --master yarn --num-executors 8 -- "
            "--config /opt/dlm-spark/conf/llada-8b-instruct.conf "
            "--input hdfs:///prompts/day={{ ds }} --output hdfs:///completions/day={{ ds }} "
            "--set output.mode=retry-failed --set job.fail-on-errors=0.01"
        ),
        env={"SPARK_HOME": "/opt/spark"},
        append_env=True,
    )

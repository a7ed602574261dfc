#!/bin/bash
# A real Slurm of emulated hosts on one machine, for as long as one command runs:
#
#   cluster.sh NODES CPUS COMMAND…      (root; exits with COMMAND's code, 77 when there can be no cluster here)
#
# Everything lives in mount, network, host-name and process namespaces of its own: no port, bridge, socket or
# directory is shared with the machine, and when this script ends, in whatever way, the kernel takes all of it away.
# Each host has again its own namespaces, as PMIx directories and shared-memory names would collide. Inside, COMMAND
# sees SLURM_CONF, and SLURM_RUN (logs in $SLURM_RUN/log, the process of host nI in $SLURM_RUN/pids/nI; killing it
# with -9 is the crash of the whole host; `cluster.sh --boot I` brings it back).
set -euo pipefail

net=10.77.0

boot_host() {
  local i=$1 name=n$1
  ip netns del "s$name" 2>/dev/null || true
  ip link del "v$name" 2>/dev/null || true
  rm -rf "$SLURM_RUN/spool/$name" # a step's socket that a crash left would stop a step of the same number
  ip netns add "s$name"
  # The same hardware address at each boot: the other hosts would go on talking to the old one for ten seconds, longer
  # than a step's credential lasts.
  ip link add "v$name" type veth peer name eth0 address "02:00:00:00:00:$((10 + i))" netns "s$name"
  ip link set "v$name" master bridge0 up
  ip -n "s$name" addr add "$net.$((10 + i))/24" dev eth0
  ip -n "s$name" link set eth0 up
  ip -n "s$name" link set lo up
  nsenter --net="/run/netns/s$name" unshare --mount --uts --pid --fork --kill-child --mount-proc bash -c "
    hostname $name
    mount -t tmpfs none $SLURM_RUN/pmix
    mount -t tmpfs none /dev/shm
    slurmd -D -N $name & wait" </dev/null >"$SLURM_RUN/log/$name.out" 2>&1 &
  echo $! >"$SLURM_RUN/pids/$name"
}

configuration() {
  cat <<END
ClusterName=emulated
SlurmctldHost=head($net.1)
AuthType=auth/munge
AuthInfo=socket=$SLURM_RUN/munge/socket,cred_expire=5
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$SLURM_RUN/state
SlurmdSpoolDir=$SLURM_RUN/spool/%n
SlurmctldPidFile=$SLURM_RUN/slurmctld.pid
SlurmdPidFile=$SLURM_RUN/slurmd-%n.pid
SlurmctldLogFile=$SLURM_RUN/log/slurmctld.log
SlurmdLogFile=$SLURM_RUN/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=pmix
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$SLURM_RUN/log/jobs.txt
ReturnToService=2
SlurmdTimeout=10
SlurmctldTimeout=10
InactiveLimit=0
MinJobAge=600
KillWait=2
MessageTimeout=10
BatchStartTimeout=10
END
  local i
  for i in $(seq "$1"); do echo "NodeName=n$i NodeHostname=n$i NodeAddr=$net.$((10 + i)) CPUs=$2"; done
  echo "PartitionName=all Nodes=ALL Default=YES State=UP"
}

# wait_for SECONDS COMMAND…: until the command succeeds.
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}

all_idle() { [ "$(sinfo -h -N -t idle -o %n 2>/dev/null | wc -l)" = "$1" ]; }

start_cluster() {
  local nodes=$1 cpus=$2 i
  hostname head
  ip link set lo up
  mount -t tmpfs none /run
  mkdir -p /run/netns "$SLURM_RUN"/{munge,state,spool,log,pmix,pids}
  chmod 711 "$SLURM_RUN/munge"
  (umask 077 && head -c 1024 /dev/urandom >"$SLURM_RUN/munge/key")
  munged --foreground --key-file="$SLURM_RUN/munge/key" --socket="$SLURM_RUN/munge/socket" \
    --pid-file="$SLURM_RUN/munge/pid" --log-file="$SLURM_RUN/munge/log" --seed-file="$SLURM_RUN/munge/seed" \
    </dev/null >"$SLURM_RUN/log/munged.out" 2>&1 &
  ip link add bridge0 type bridge
  ip addr add "$net.1/24" dev bridge0
  ip link set bridge0 up
  configuration "$nodes" "$cpus" >"$SLURM_RUN/slurm.conf"
  echo "PMIxCliTmpDirBase=$SLURM_RUN/pmix" >"$SLURM_RUN/mpi.conf"
  wait_for 10 test -S "$SLURM_RUN/munge/socket"
  slurmctld -D -i </dev/null >"$SLURM_RUN/log/slurmctld.out" 2>&1 &
  for i in $(seq "$nodes"); do boot_host "$i"; done
  wait_for 30 all_idle "$nodes"
}

# Names what a cluster needs and this machine has not; empty when it has all.
missing() {
  [ "$(id -u)" = 0 ] || { echo "root"; return; }
  local program
  for program in slurmctld slurmd munged sbatch srun ip nsenter unshare; do
    command -v "$program" >/dev/null || { echo "$program"; return; }
  done
  unshare --mount --net --uts --pid --fork true 2>/dev/null || echo "the right to make namespaces"
}

export PATH=$PATH:/usr/sbin:/sbin
export SLURM_RUN=/run/slurm SLURM_CONF=/run/slurm/slurm.conf
if [ "${1:-}" = --boot ]; then
  boot_host "$2"
elif [ "${1:-}" = --inside ]; then
  shift
  start_cluster "$1" "$2" || {
    echo "cluster.sh: error: the cluster did not start; its logs:" >&2
    tail -n 20 "$SLURM_RUN"/log/* >&2
    exit 1
  }
  shift 2
  code=0
  "$@" || code=$?
  [ "$code" = 0 ] || tail -n 15 "$SLURM_RUN"/log/*.log >&2
  exit "$code"
else
  lacks=$(missing)
  if [ -n "$lacks" ]; then
    echo "skipped: an emulated Slurm needs $lacks"
    exit 77
  fi
  exec unshare --mount --net --uts --pid --fork --kill-child --mount-proc "$0" --inside "$@"
fi

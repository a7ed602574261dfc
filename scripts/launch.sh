# shellcheck shell=bash disable=SC2034  # mpiexec is the caller's
# What starts N ranks in scripts, sourced: "${mpiexec[@]}" N PROGRAM … ELASTEM_MPIEXEC names another ("srun -n").
read -r -a mpiexec <<<"${ELASTEM_MPIEXEC:-mpirun -n}"
# Open MPI alone reads these (the last is for version 5): root may start ranks, also more of them than processors.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 \
  PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe

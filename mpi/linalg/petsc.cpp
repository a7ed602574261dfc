#include "mpi/linalg/petsc.hpp"

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem::petsc {

void check(PetscErrorCode code, const char* what) {
  if (code == 0) return;
  const char* text = nullptr;
  char* detail = nullptr;
  PetscErrorMessage(code, &text, &detail);
  const bool told = detail && *detail;
  throw Error(fmt::format(
      "{} failed: {} (code {}){}{}. If memory ran out, use more ranks, or fewer unknowns with "
      "--block-residues or "
      "--atoms ca.",
      what, text ? text : "PETSc error", static_cast<int>(code), told ? ": " : "", told ? detail : ""));
}

SlepcSession::SlepcSession(const Communicator& comm) {
  PetscBool running = PETSC_FALSE;
  check(SlepcInitialized(&running), "asking SLEPc for its state");
  if (running) return;
  PETSC_COMM_WORLD = comm.handle();
  check(SlepcInitializeNoArguments(), "starting SLEPc");
  outermost_ = true;
  check(PetscPopSignalHandler(), "switching off PETSc's signal handler");
  check(PetscPushErrorHandler(PetscIgnoreErrorHandler, nullptr), "switching off PETSc's messages");
}

SlepcSession::~SlepcSession() {
  if (!outermost_ || unwinding_) return;
  PetscPopErrorHandler();
  SlepcFinalize();
}

}  // namespace elastem::petsc

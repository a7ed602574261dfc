#include "mpi/linalg/petsc.hpp"

#include "core/error.hpp"

namespace elastem::petsc {

void check(PetscErrorCode code, const char* what) {
  if (code == 0) return;
  const char* text = nullptr;
  char* detail = nullptr;
  PetscErrorMessage(code, &text, &detail);
  std::string message = std::string(what) + " failed: " + (text ? text : "PETSc error ") + " (code " +
                        std::to_string(static_cast<int>(code)) + ")";
  if (detail && *detail) message += std::string(": ") + detail;
  throw Error(message +
              ". If memory ran out, use more ranks, or fewer unknowns with --block-residues or "
              "--atoms ca.");
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

#pragma once

#include <slepceps.h>
#include <string>
#include <utility>

#include "core/unwinding.hpp"
#include "mpi/comm/communicator.hpp"

/// A thin layer over PETSc and SLEPc: objects that destroy themselves, exceptions instead of error codes.
namespace elastem::petsc {

/// Throws Error with what PETSc says when a call failed.
void check(PetscErrorCode code, const char* what);

/// A PETSc object that destroys itself. Move-only. Destroying is collective: while an exception unwinds this
/// rank alone it could wait for the others for ever, so the object is left then.
template <class T, PetscErrorCode (*destroy)(T*)>
class Object {
 public:
  Object() = default;
  Object(Object&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Object& operator=(Object&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Object() {
    if (object_ && !unwinding_) destroy(&object_);
  }

  operator T() const { return object_; }
  /// Where a PETSc function puts a new object.
  T* address() { return &object_; }
  /// Destroys the object now. Collective.
  void reset() {
    if (object_) destroy(&object_);
    object_ = nullptr;
  }

 private:
  T object_ = nullptr;
  Unwinding unwinding_;
};

using Matrix = Object<Mat, MatDestroy>;
using Vector = Object<Vec, VecDestroy>;
using Eigensolver = Object<EPS, EPSDestroy>;

/// PETSc and SLEPc between their start and their end; the outermost session counts. Collective. PETSc's own
/// handling of signals and its printing of errors are off; the environment variable PETSC_OPTIONS is heeded.
class SlepcSession {
 public:
  explicit SlepcSession(const Communicator& comm);
  SlepcSession(const SlepcSession&) = delete;
  SlepcSession& operator=(const SlepcSession&) = delete;
  ~SlepcSession();

 private:
  bool outermost_ = false;
  Unwinding unwinding_;
};

}  // namespace elastem::petsc

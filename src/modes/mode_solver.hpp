#pragma once

#include "core/name_table.hpp"

namespace elastem {

/// How the lowest modes of an elastic network are found.
enum class Solver {
  automatic,  ///< the faster one, by size and number of modes
  scalapack,  ///< dense, on the grid of ScaLAPACK: every mode is as easy as the lowest; memory grows with the
              ///< square of the network
  slepc,      ///< sparse: a few lowest modes; memory grows hardly faster than the network
};

inline constexpr NamedValue<Solver> solver_names[] = {
    {Solver::automatic, "auto"}, {Solver::scalapack, "scalapack"}, {Solver::slepc, "slepc"}};
constexpr NameTable<Solver> name_table(Solver) {
  return solver_names;
}

}  // namespace elastem

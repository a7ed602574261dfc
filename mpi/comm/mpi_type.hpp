#pragma once

#include <concepts>
#include <type_traits>

#include <mpi.h>

namespace elastem {

/// A number that MPI can add and compare. Not bool: a sum of answers is no answer, see Communicator::any.
template <class T>
concept Number = std::is_arithmetic_v<T> && !std::same_as<T, bool>;

/// MPI's name for the type T.
template <Number T>
MPI_Datatype mpi_type() {
  if constexpr (std::is_same_v<T, double>) return MPI_DOUBLE;
  if constexpr (std::is_same_v<T, float>) return MPI_FLOAT;
  if constexpr (std::is_same_v<T, long double>) return MPI_LONG_DOUBLE;
  if constexpr (std::is_integral_v<T>) {
    constexpr bool is_signed = std::is_signed_v<T>;
    if constexpr (sizeof(T) == 1) return is_signed ? MPI_INT8_T : MPI_UINT8_T;
    if constexpr (sizeof(T) == 2) return is_signed ? MPI_INT16_T : MPI_UINT16_T;
    if constexpr (sizeof(T) == 4) return is_signed ? MPI_INT32_T : MPI_UINT32_T;
    if constexpr (sizeof(T) == 8) return is_signed ? MPI_INT64_T : MPI_UINT64_T;
  }
}

}  // namespace elastem

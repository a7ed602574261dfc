#pragma once

namespace elastem {

/// The commands that need LibTorch are in a program of their own, elastem-learning, which lies beside this
/// one: loading LibTorch takes half a second and 145 MiB of every rank, also of those that never use it.
/// Replaces this process by it where the first word names such a command. Call before MPI starts; returns
/// when nothing is to be done, or the other program is not there.
void start_learning_program(char** argv);

}  // namespace elastem

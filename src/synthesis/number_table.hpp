#pragma once

#include <string>

#include <Eigen/Core>

namespace elastem {

/// A text table of one row per line, its numbers separated by blanks or a comma; '#' begins a comment, lines
/// without numbers are left out, Windows line ends are understood. The rows are the columns of the matrix.
/// Throws Error with file, line and column when the file cannot be opened, has no rows, or a row has not
/// `columns` finite numbers; `purpose` says what they are for, e.g. "one for each mode of --modes".
Eigen::MatrixXd read_number_table(const std::string& path, Eigen::Index columns, const std::string& purpose);

}  // namespace elastem

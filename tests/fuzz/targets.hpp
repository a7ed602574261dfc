#pragma once

#include <string>

namespace elastem::fuzz {

/// Each reads bytes as a file of its kind, as far as the program would. An Error is an answer and is caught;
/// anything else, a Bug too, escapes.
void particles(
    const std::string& bytes);  ///< STAR, XMD, .cs and stacks, scanned, read, surveyed and converted
void mrc(const std::string&
             bytes);  ///< MRC and SPIDER, gzipped too: the header, filled up with zeros, and the last section
void mode_files(const std::string& bytes);   ///< NMD, Xmipp's modes.xmd, and vec.7 beside it
void expressions(const std::string& bytes);  ///< conditions on particles, asked of one
void numbers(const std::string& bytes);      ///< selections by number, and tables of numbers

}  // namespace elastem::fuzz

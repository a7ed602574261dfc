# One folder, one target: elastem_target(NAME SOURCES a.cpp b.cpp USES elastem::core PkgConfig::FFTW3F)
function(elastem_target name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
  add_library(elastem_${name} STATIC ${ARG_SOURCES})
  add_library(elastem::${name} ALIAS elastem_${name})
  target_link_libraries(elastem_${name} PUBLIC ${ARG_USES})
  elastem_compile_options(elastem_${name})
endfunction()

# Warnings, architecture and sanitizers of the program's own code.
function(elastem_compile_options target)
  # GCC 12 warns of an impossible overlap in std::string's operator+ (its bug 105651).
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
  # Messages of bugs name src/…, not the folder in which the program was built.
  target_compile_options(${target} PRIVATE -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
  target_compile_definitions(${target} PRIVATE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)
  if(ELASTEM_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(ELASTEM_ARCH)
    target_compile_options(${target} PRIVATE -march=${ELASTEM_ARCH})
  endif()
  if(ELASTEM_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=address,undefined -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=address,undefined)
  endif()
endfunction()

# cmake --install: the program, its pages, and what the demonstration's chain needs. Nothing in it knows the prefix.
include(GNUInstallDirs)
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)  # libraries outside the system's folders are found where they were linked

function(elastem_install)
  install(TARGETS elastem RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(FILES README.md CHANGELOG.md CONTRIBUTING.md LICENSE CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR})
  install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
  install(PROGRAMS scripts/demo.sh DESTINATION ${CMAKE_INSTALL_DATADIR}/elastem)
  install(FILES scripts/chain.sh scripts/launch.sh tests/data/ake_open_ca.pdb DESTINATION ${CMAKE_INSTALL_DATADIR}/elastem)
endfunction()

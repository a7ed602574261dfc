# cmake --install: the program, its pages, and what the demonstration's chain needs. Nothing in it knows the prefix.
include(GNUInstallDirs)
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)  # libraries outside the system's folders are found where they were linked

function(elastem_install)
  install(TARGETS elastem RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(FILES README.md CHANGELOG.md CONTRIBUTING.md LICENSE CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR})
  install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
  install(PROGRAMS scripts/demo.sh DESTINATION ${CMAKE_INSTALL_DATADIR}/elastem)
  install(FILES scripts/chain.sh scripts/launch.sh tests/data/ake_open_ca.pdb DESTINATION ${CMAKE_INSTALL_DATADIR}/elastem)
  if(NOT ELASTEM_PAGES OR CMAKE_CROSSCOMPILING OR ELASTEM_SANITIZE)
    return()
  endif()
  set(pages ${PROJECT_BINARY_DIR}/documentation)
  add_custom_command(OUTPUT ${pages}/elastem.bash COMMAND elastem documentation ${pages} DEPENDS elastem VERBATIM)
  add_custom_target(documentation ALL DEPENDS ${pages}/elastem.bash)
  install(DIRECTORY ${pages}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${pages}/elastem.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME elastem)
endfunction()

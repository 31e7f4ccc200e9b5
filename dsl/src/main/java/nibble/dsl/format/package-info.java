/** The formatter: lays tokens out anew and changes nothing but blanks between them. */
package nibble.dsl.format;

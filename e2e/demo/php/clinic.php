<?php
/** Makes the clinic, once: doctors, then appointments of two post types, alike in everything but their type. */

require __DIR__ . '/load.php';

list( , $doctors, $appointments, $offloaded, $native ) = $argv;
if ( posts_of( $offloaded ) ) {
	exit( "the clinic is there\n" );
}
mt_srand( 7 );
$specialties = array( 'Cardiology', 'Dermatology', 'General practice', 'Neurology', 'Paediatrics' );
$surnames    = array( 'Okafor', 'Lindqvist', 'García', 'Nguyễn', 'Müller', 'Haddad', 'Kowalska', 'Tanaka', 'Ben-David', 'Ó Briain' );
$doctor_ids  = array();
for ( $i = 0; $i < (int) $doctors; $i++ ) {
	$doctor_ids[] = wp_insert_post(
		array(
			'post_type'   => 'hospital_doctor',
			'post_status' => 'publish',
			'post_title'  => 'Dr ' . $surnames[ $i % 10 ] . ( $i < 10 ? '' : ' II' ),
			'meta_input'  => array(
				'available' => '1',
				'specialty' => $specialties[ $i % 5 ],
				'room'      => (string) ( 100 + $i ),
				'until'     => '2026-12-01T17:00',
			),
		)
	);
}
foreach ( array( $offloaded, $native ) as $type ) {
	for ( $i = 0; $i < (int) $appointments; $i++ ) {
		$start = strtotime( '2026-12-01 08:00' ) + 900 * $i;
		wp_insert_post(
			array(
				'post_type'   => $type,
				'post_status' => 'publish',
				'post_title'  => sprintf( 'Appointment %04d', $i + 1 ),
				'meta_input'  => array(
					'status'      => 'pending',
					'patient_ref' => sprintf( 'P-%06d', mt_rand( 1, 999999 ) ),
					'doctor_id'   => (string) $doctor_ids[ $i % count( $doctor_ids ) ],
					'room'        => (string) ( 100 + $i % 20 ),
					'start'       => gmdate( 'Y-m-d\TH:i', $start ),
					'end'         => gmdate( 'Y-m-d\TH:i', $start + 900 ),
					'notes'       => wp_slash( 'Prefers mornings; says "no needles", allergic to \penicillin\ 😷' ),
					'checklist'   => array( 'insurance card', 'consent form' ),
				),
			)
		);
	}
}
echo "the clinic is made\n";
